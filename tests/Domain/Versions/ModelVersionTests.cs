using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Domain.Tests.Evaluation;
using ModelOps.Domain.Versions;

namespace ModelOps.Domain.Tests.Versions;

public class ModelVersionTests
{
    private static readonly DateTime Now = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);

    [Fact]
    public void Create_WhenTrained_TakesItsFiguresFromTheSummary()
    {
        var version = Version("v20251111_153045");

        Assert.Equal(version.Summary.Evaluation.Headline, version.Metrics);
        Assert.Equal(1, version.Metrics.Accuracy);
        Assert.Equal(6 + 7 + 8, version.TrainingSamples);
        Assert.Equal(12.5, version.TrainingTime);
        Assert.Equal(version.Specification.JobId, version.JobId);
        Assert.Equal((Now, "database"), (version.CreatedAt, version.DataSource));
    }

    [Fact]
    public void PointTo_WhenAnotherVersionIsActivated_TakesOverItsEpoch()
    {
        ModelVersion one = Version("v20251111_153045"), two = Version("v20251111_153045_2");
        var first = Activation.Forward(null, one.Name, "ann", null, ActivationKind.Activate, Now);
        var second = Activation.Forward(first, two.Name, "ann", null, ActivationKind.Activate, Now);

        var active = ActiveModel.First(one, first);
        Assert.Equal((ActiveModel.SingletonId, one, 1, first), (active.Id, active.Version, active.ActivationNumber, active.Activation));

        active.PointTo(two, second);
        Assert.Equal((ActiveModel.SingletonId, two, 2, second), (active.Id, active.Version, active.ActivationNumber, active.Activation));
    }

    private static ModelVersion Version(string name)
    {
        var counts = new Dictionary<DiabetesClass, int>
        {
            [DiabetesClass.Negative] = 6, [DiabetesClass.Prediabetes] = 7, [DiabetesClass.Diabetes] = 8,
        };
        var evaluation = Judged.Evaluate(
            [DiabetesClass.Negative], [[0.8, 0.1, 0.1]], [new PatientFeatures(5, 40, 22, Gender.F)], seed: 1);
        return ModelVersion.Create(
            name,
            new TrainingSpecification(Guid.NewGuid(), "mlp-bn", new TrainingParameters(), "00", "ff"),
            "database",
            new TrainingSummary(9, 12.5, "aa", 30, new SplitCounts(counts, counts, counts, 0), evaluation, []),
            [new ArtifactFile("model.safetensors", 10, "bb")],
            Now);
    }
}
