using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Files;

namespace ModelOps.Infrastructure.Tests.Files;

internal static class Versions
{
    public static PublishedArtifact Publish(
        ArtifactStore store, string outputFolder, TrainingSpecification? specification = null, DateTime? now = null) =>
        store.Publish(
            outputFolder,
            now ?? Samples.Now,
            (name, at) => new VersionMetadata(name, at, "database", specification ?? Samples.Specification(), Samples.Summary()));
}
