using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <summary>Reads the active pointer for the background service that polls it.</summary>
public static class ActivePointerQueries
{
    /// <summary>
    /// The number of the latest activation; 0 before the first one. The query reads one number, so it is cheap enough to run every
    /// second.
    /// </summary>
    public static Task<long> FindActivationNumberAsync(this IModelOpsDbContext db, CancellationToken cancellationToken) =>
        db.ActiveModels.AsNoTracking().Select(a => a.ActivationNumber).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The pointer with the version in service.</summary>
    /// <exception cref="InvalidOperationException">No version was ever activated.</exception>
    public static Task<ActiveModel> GetActiveAsync(this IModelOpsDbContext db, CancellationToken cancellationToken) =>
        db.ActiveModels.AsNoTracking().Include(a => a.Version).SingleAsync(cancellationToken);
}
