using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Versions;
using ModelOps.Infrastructure.Networks;

namespace ModelOps.Infrastructure.Serving;

internal sealed class VersionJudges(IServingModel serving, NetworkRegistry networks) : IVersionJudges
{
    public async Task<IJudge> LoadAsync(ModelVersion version, IRows rows, CancellationToken cancellationToken)
    {
        var predictor = (VersionPredictor)await serving.LoadAsync(version, cancellationToken);
        return networks.Get(version.Specification.Architecture)
            .Judge(predictor.Network, SplitKey.FromHex(version.Specification.SplitKey), rows.Read);
    }
}
