using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Records;

namespace ModelOps.Application.Records;

/// <summary>
/// Removes the records of imports that were withdrawn, or whose process ended before they were published. They are removed in short
/// transactions with pauses, so that other writers never wait long.
/// </summary>
/// <param name="OnlyMark">
/// No other process can be running (the embedded default, at startup), so every unpublished import is abandoned. Only marks them, because
/// the start must not wait for the removal of many records.
/// </param>
public sealed record SweepImports(bool OnlyMark = false) : IRequest;

internal sealed class SweepImportsHandler(IModelOpsDbContext db, TimeProvider time) : IRequestHandler<SweepImports>
{
    private const int Batch = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<Unit> Handle(SweepImports request, CancellationToken cancellationToken)
    {
        var now = await db.UtcNowAsync(cancellationToken);
        var abandoned = db.Imports.Where(i =>
            i.State == ImportState.Staging && (request.OnlyMark || i.LeaseUntil == null || i.LeaseUntil <= now));
        if (await abandoned.AnyAsync(cancellationToken))
        {
            await abandoned.ExecuteUpdateAsync(i => i.SetProperty(x => x.State, ImportState.Abandoned), cancellationToken);
        }

        if (!request.OnlyMark)
        {
            var ids = await db.Imports
                .Where(i => i.State == ImportState.Abandoned || i.State == ImportState.Withdrawn)
                .Select(i => i.Id)
                .ToListAsync(cancellationToken);
            foreach (var id in ids)
            {
                await RemoveAsync(id, cancellationToken);
            }
        }

        return Unit.Value;
    }

    private async Task RemoveAsync(long id, CancellationToken cancellationToken)
    {
        while (await db.StoredRecords
            .Where(r => r.ImportId == id).OrderBy(r => r.Id).Take(Batch).ExecuteDeleteAsync(cancellationToken) == Batch)
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        await db.RecordCounts.Where(c => c.ImportId == id).ExecuteDeleteAsync(cancellationToken);

        // If the process of an abandoned import wakes up and writes one more batch, the row stays, and the next sweep removes that batch as
        // well.
        var emptied = db.Imports.Where(i => i.Id == id && !db.StoredRecords.Any(r => r.ImportId == id));
        await emptied.Where(i => i.State == ImportState.Abandoned).ExecuteDeleteAsync(cancellationToken);
        await emptied.Where(i => i.State == ImportState.Withdrawn)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.State, ImportState.Removed), cancellationToken);
    }
}
