using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Training;

namespace ModelOps.Infrastructure.Trainer;

/// <summary>
/// Compares the new version (the candidate) with the active version (the baseline) that the worker last wrote to the job's folder.
/// The comparison is optional: the training succeeds even if the baseline can't be read or evaluated.
/// </summary>
internal static class CandidateComparison
{
    /// <returns>The comparison; null when no version is active or the baseline can't be compared.</returns>
    /// <exception cref="OperationCanceledException"/>
    public static BaselineComparison? Run(
        NetworkRegistry networks, JobFolder folder, TrainingSpecification specification, IJudge candidate, CancellationToken cancel)
    {
        if (folder.FindBaseline() is not { } baseline)
        {
            return null;
        }

        try
        {
            // The trainer must be synchronous, because a TorchSharp dispose scope belongs to its thread.
            var files = VersionFolder.ReadVerifiedAsync(baseline.Folder, baseline.Version, baseline.Files, cancel).GetAwaiter().GetResult();
            var key = SplitKey.FromHex(baseline.SplitKey);
            using var baselineRows = VersionFolder.OpenRowsAsync(
                baseline.Folder, baseline.Version, baseline.Files, key, folder.NewPath, cancel).GetAwaiter().GetResult();
            var network = networks.Get(baseline.Architecture);
            var candidateKey = SplitKey.FromHex(specification.SplitKey);
            using var own = folder.OpenRows(candidateKey);
            using var records = folder.OpenRecords();
            var comparison = new PairedComparison(
                new JudgedVersion(network.Judge(network.Load(files), key, baselineRows.Read), key, baselineRows),
                new JudgedVersion(candidate, candidateKey, own));
            return comparison.Run(records, specification.Parameters.Seed, baseline.EarlierLooks, cancel) is { } result
                ? new BaselineComparison(baseline.Version, result)
                : null;
        }
        catch (Exception exception) when (
            exception is RefusalException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Console.Error.WriteLine($"The new version could not be compared with {baseline.Version}: {exception.GetType().Name}");
            return null;
        }
    }
}
