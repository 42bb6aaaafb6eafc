using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Tests.Persistence;

public sealed class CompiledModelTests
{
    [Fact]
    public void CompiledModels_AreThoseOfTheEntities()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var npgsql = new NpgsqlDesignTimeFactory().CreateDbContext([]);
        foreach (var db in (ModelOpsDbContext[])[sqlite, npgsql])
        {
            var (compiled, entities) = (db.Model, db.GetService<IDesignTimeModel>().Model);

            Assert.StartsWith("ModelOps.Infrastructure.Persistence.Compiled.", compiled.GetType().FullName, StringComparison.Ordinal);
            var expected = Describe(entities);
            Assert.InRange(expected.Count, 150, 10_000);
            Assert.True(
                expected.SequenceEqual(Describe(compiled)),
                $"{compiled.GetType().Name} is out of date; run build/compiled-model.sh. It lacks or has too much:\n"
                + string.Join('\n', expected.Except(Describe(compiled)).Concat(Describe(compiled).Except(expected)).Take(10)));
        }
    }

    /// <summary>One line for each table, column, key, index and relation.</summary>
    private static List<string> Describe(IModel model) =>
    [
        .. model.GetEntityTypes().SelectMany(type => (string[])
        [
            $"{type.Name}: {type.GetTableName()}",
            .. type.GetProperties().Select(Describe),
            .. type.GetKeys().Select(k => $"{type.Name}: key {Names(k.Properties)} {k.IsPrimaryKey()}"),
            .. type.GetIndexes().Select(i => $"{type.Name}: index {Names(i.Properties)} {i.Name} {i.IsUnique}"),
            .. type.GetForeignKeys().Select(k =>
                $"{type.Name}: {Names(k.Properties)} -> {k.PrincipalEntityType.Name} {k.DeleteBehavior} {k.IsUnique} {k.IsRequired}"),
        ]).Order(StringComparer.Ordinal),
    ];

    private static string Describe(IProperty property) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {property.DeclaringType.Name}.{property.Name}: {property.ClrType} {property.GetColumnName()} {property.GetColumnType()} {
            property.IsNullable} {property.GetMaxLength()} {property.ValueGenerated} {property.IsConcurrencyToken} {
            property.GetTypeMapping().Converter?.ModelClrType} {property.GetTypeMapping().Converter?.ProviderClrType}
        """);

    private static string Names(IEnumerable<IReadOnlyProperty> properties) => string.Join(',', properties.Select(p => p.Name));
}
