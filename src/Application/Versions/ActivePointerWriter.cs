using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

/// <param name="Version">The version to point to.</param>
/// <param name="Describe">Creates the history entry for a given time.</param>
public sealed record PointerMove(ModelVersion Version, Func<DateTime, Activation> Describe);

/// <summary>
/// The only writer of the active pointer. It loads and verifies the artifact, commits one compare-and-set transaction, then updates this
/// process's serving model. After a concurrent activation or deletion, the decision is made again, or the request is refused if it named
/// the version.
/// </summary>
public sealed partial class ActivePointerWriter(
    IModelOpsDbContext db, IServingModel serving, ActivePointerFile file, ILogger<ActivePointerWriter> logger)
{
    private const int Tries = 20;

    /// <param name="expected">The version that must be active, or null for any.</param>
    /// <param name="decide">Decides the change from the current activation; null for no change.</param>
    /// <param name="known">The version, where it doesn't depend on the current activation: its files are checked even if nothing
    /// changes.</param>
    /// <returns>Whether the pointer has changed.</returns>
    public async Task<bool> MoveAsync(
        string? expected,
        Func<Activation?, CancellationToken, Task<PointerMove?>> decide,
        ModelVersion? known,
        CancellationToken cancellationToken)
    {
        var predictor = known is null ? null : await serving.LoadAsync(known, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            db.DiscardChanges();
            var current = await CurrentAsync(cancellationToken);
            if (expected is not null && current?.To != expected)
            {
                throw VersionRefusals.ActiveModelChanged(current?.To);
            }

            var move = await decide(current, cancellationToken);
            if (move is null)
            {
                return false;
            }

            long? number;
            try
            {
                if (predictor?.Version != move.Version.Name)
                {
                    predictor = await serving.LoadAsync(move.Version, cancellationToken);
                }

                number = await TryWriteAsync(current, move, cancellationToken);
            }
            catch (RefusalException) when (known is null)
            {
                if (await ExistsAsync(move.Version, cancellationToken))
                {
                    throw;
                }

                // The version was deleted after the decision for it. Decide again: another version may fit.
                number = null;
            }

            if (number is { } activation)
            {
                serving.Publish(predictor!, activation);
                LogActivated(move.Version.Name, activation);

                // The pointer is committed. Don't cancel the write of its file when the client disconnects.
                await file.RefreshAsync(CancellationToken.None);
                return true;
            }

            if (attempt == Tries)
            {
                throw VersionRefusals.ActiveModelChanged((await CurrentAsync(cancellationToken))?.To);
            }
        }
    }

    private Task<Activation?> CurrentAsync(CancellationToken cancellationToken) =>
        db.ActiveModels.AsNoTracking().Select(a => a.Activation).SingleOrDefaultAsync(cancellationToken);

    private Task<bool> ExistsAsync(ModelVersion version, CancellationToken cancellationToken) =>
        db.Versions.AsNoTracking().AnyAsync(v => v.Id == version.Id, cancellationToken);

    private async Task<long?> TryWriteAsync(Activation? current, PointerMove move, CancellationToken cancellationToken)
    {
        try
        {
            return await db.InTransactionAsync<long?>(
                async cancel =>
                {
                    var active = await db.ActiveModels.SingleOrDefaultAsync(cancel);
                    if ((active?.ActivationNumber ?? 0) != (current?.ActivationNumber ?? 0))
                    {
                        return null;
                    }

                    var version = await db.Versions.SingleOrDefaultAsync(v => v.Id == move.Version.Id, cancel)
                        ?? throw VersionRefusals.VersionNotFound();
                    var activation = move.Describe(await db.UtcNowAsync(cancel));
                    db.Activations.Add(activation);
                    if (active is null)
                    {
                        db.ActiveModels.Add(ActiveModel.First(version, activation));
                    }
                    else
                    {
                        active.PointTo(version, activation);
                    }

                    await db.SaveChangesAsync(cancel);
                    await db.AnnounceActivationAsync(cancel);
                    return activation.ActivationNumber;
                },
                cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return null;
        }
        catch (DbUpdateException exception) when (db.IsUniqueViolation(exception))
        {
            return null;
        }
        catch (DbUpdateException exception) when (db.IsForeignKeyViolation(exception))
        {
            throw VersionRefusals.VersionNotFound();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} is in service, activation {Activation}")]
    private partial void LogActivated(string version, long activation);
}
