using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <summary>Requests a retraining. The members form the body of <c>POST /model/retrain</c>; all have defaults.</summary>
public sealed record RetrainModel : IRequest<RetrainAccepted>
{
    /// <summary>Train on the labelled records of the database.</summary>
    public bool UseDatabase { get; init; } = true;

    /// <summary>Train on this dataset, alone or together with the database's records.</summary>
    public string? DatasetName { get; init; }

    /// <summary>Name of the network to train; this build's default if omitted.</summary>
    public string? Architecture { get; init; }

    public int Epochs { get; init; } = TrainingParameters.DefaultEpochs;

    public int BatchSize { get; init; } = TrainingParameters.DefaultBatchSize;

    public double LearningRate { get; init; } = TrainingParameters.DefaultLearningRate;

    public int HiddenSize { get; init; } = TrainingParameters.DefaultHiddenSize;

    public int Seed { get; init; } = TrainingParameters.DefaultSeed;

    /// <summary>From the <c>Idempotency-Key</c> header.</summary>
    [JsonIgnore]
    public string? IdempotencyKey { get; init; }
}

public sealed record RetrainAccepted(Guid JobId);

internal sealed class RetrainModelValidator : AbstractValidator<RetrainModel>
{
    public RetrainModelValidator(ITrainableNetworks networks)
    {
        RuleFor(r => r.Architecture).Must(name => name is null || networks.Names.Contains(name))
            .WithMessage(_ => Texts.Say($"must be one of {string.Join(", ", networks.Names)}"));
        RuleFor(r => r.DatasetName).NamesTheData(r => r.UseDatabase);
        RuleFor(r => r.Epochs).InclusiveBetween(TrainingParameters.MinEpochs, TrainingParameters.MaxEpochs)
            .WithMessage(_ => Texts.Say($"must be between {TrainingParameters.MinEpochs} and {TrainingParameters.MaxEpochs}"));
        RuleFor(r => r.BatchSize).InclusiveBetween(TrainingParameters.MinBatchSize, TrainingParameters.MaxBatchSize)
            .WithMessage(_ => Texts.Say($"must be between {TrainingParameters.MinBatchSize} and {TrainingParameters.MaxBatchSize}"));
        RuleFor(r => r.LearningRate)
            .Must(rate => rate is >= TrainingParameters.MinLearningRate and <= TrainingParameters.MaxLearningRate)
            .WithMessage(_ => Texts.Say($"must be between 0.000001 and 1"));
        RuleFor(r => r.HiddenSize).InclusiveBetween(TrainingParameters.MinHiddenSize, TrainingParameters.MaxHiddenSize)
            .WithMessage(_ => Texts.Say($"must be between {TrainingParameters.MinHiddenSize} and {TrainingParameters.MaxHiddenSize}"));
        RuleFor(r => r.Seed).InclusiveBetween(TrainingParameters.MinSeed, TrainingParameters.MaxSeed)
            .WithMessage(_ => Texts.Say($"must be between {TrainingParameters.MinSeed} and {TrainingParameters.MaxSeed}"));
        RuleFor(r => r.IdempotencyKey).IdempotencyKey();
    }
}

internal sealed class RetrainModelHandler(
    IModelOpsDbContext db, TrainingData data, ITrainableNetworks networks, ITrainingQueue queue, ICurrentUser user)
    : IRequestHandler<RetrainModel, RetrainAccepted>
{
    public async Task<RetrainAccepted> Handle(RetrainModel request, CancellationToken cancellationToken)
    {
        var (accepted, replayed) = await db.OnceAsync(
            user.Signature(), "retrain", request.IdempotencyKey, request, cancel => QueueAsync(request, cancel), cancellationToken);
        if (!replayed)
        {
            queue.Enqueue(accepted.JobId);
        }

        return accepted;
    }

    private async Task<RetrainAccepted> QueueAsync(RetrainModel request, CancellationToken cancellationToken)
    {
        var selection = await data.SelectAsync(request.UseDatabase, request.DatasetName, cancellationToken);
        var overview = await data.InspectAsync(selection, cancellationToken);
        var job = TrainingJob.Create(
            new JobPurpose.Retraining(selection),
            request.Architecture ?? networks.Default,
            new TrainingParameters(request.Epochs, request.BatchSize, request.LearningRate, request.HiddenSize, request.Seed),
            overview.Rows,
            overview.Sha256,
            user.Signature(),
            await db.UtcNowAsync(cancellationToken));
        db.Jobs.Add(job);
        return new RetrainAccepted(job.Id);
    }
}
