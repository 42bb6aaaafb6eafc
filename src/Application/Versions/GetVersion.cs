using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Records;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Versions;

namespace ModelOps.Application.Versions;

public sealed record GetVersion(string Version) : IRequest<VersionDetail>;

internal sealed class GetVersionValidator : AbstractValidator<GetVersion>
{
    public GetVersionValidator() => RuleFor(r => r.Version).CouldBeAVersion();
}

internal sealed class GetVersionHandler(IModelOpsDbContext db) : IRequestHandler<GetVersion, VersionDetail>
{
    public async Task<VersionDetail> Handle(GetVersion request, CancellationToken cancellationToken)
    {
        var listing = await db.VersionListings.AsNoTracking().Include(l => l.Version)
            .SingleOrDefaultAsync(l => l.Version.Name == request.Version, cancellationToken)
            ?? throw VersionRefusals.VersionNotFound();
        var v = listing.Version;
        var isActive = await db.ActiveModels.AnyAsync(a => a.VersionId == v.Id, cancellationToken);
        return new VersionDetail(
            Version: v.Name,
            CreatedAt: v.CreatedAt,
            Metrics: v.Metrics,
            IsActive: isActive,
            TrainingSamples: v.TrainingSamples,
            TrainingTime: v.TrainingTime,
            JobId: v.JobId,
            Architecture: v.Specification.Architecture,
            Schema: v.Specification.Schema,
            Parameters: v.Specification.Parameters,
            BestEpoch: v.Summary.BestEpoch,
            WeightsSha256: v.Summary.WeightsSha256,
            Data: new VersionData(
                v.DataSource,
                v.Summary.DataRows,
                v.Specification.DataSha256,
                v.Summary.Rows,
                await DeletedAsync(v, cancellationToken),
                v.RowsRemovedAt),
            Evaluation: v.Summary.Evaluation,
            Live: await LiveAsync(v.Name, cancellationToken),
            History: v.Summary.History,
            Files: [.. v.Files.Where(f => f.Name != ModelVersion.RowsFile)],
            Number: listing.Number,
            Note: listing.Note,
            Tags: listing.Tags);
    }

    private async Task<int> DeletedAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        // Versions of earlier releases don't say when their records were read: at the latest when the training began.
        var usesDatabase = version.DataSource.StartsWith(DataSelection.DatabaseSource, StringComparison.Ordinal);
        var readAt = version.Specification.RecordsReadAt ?? (usesDatabase ? version.CreatedAt.AddSeconds(-version.TrainingTime) : null);
        return readAt is { } time ? await db.CountDeletedSinceAsync(time, cancellationToken) : 0;
    }

    private async Task<LiveEvaluation> LiveAsync(string version, CancellationToken cancellationToken)
    {
        var counts = await db.OutcomeCounts.AsNoTracking().Where(c => c.Version == version).ToListAsync(cancellationToken);
        int Count(DiabetesClass truth, DiabetesClass predicted) =>
            (int)(counts.SingleOrDefault(c => c.ConfirmedClass == truth && c.Class == predicted)?.Predictions ?? 0);
        var labelled = (int)counts.Sum(c => c.Predictions);
        return new LiveEvaluation(
            labelled,
            labelled == 0 ? null : (double)DiabetesClasses.All.Sum(c => Count(c, c)) / labelled,
            [.. DiabetesClasses.All.Select(truth =>
                (IReadOnlyList<int>)[.. DiabetesClasses.All.Select(predicted => Count(truth, predicted))])]);
    }
}
