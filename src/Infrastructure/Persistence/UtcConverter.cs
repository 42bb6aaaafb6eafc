using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ModelOps.Infrastructure.Persistence;

/// <summary>Stores times in UTC and says so of those that are read. The compiled model names it, so it isn't private.</summary>
internal sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
    value => value.Kind == DateTimeKind.Utc ? value : value.ToUniversalTime(),
    value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
