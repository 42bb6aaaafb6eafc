using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Trainer;

namespace ModelOps.Infrastructure.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class CheckpointTests
{
    [Fact]
    public void Find_WhenTheSpecificationIsTheSame_GivesEverythingBack()
    {
        using var folder = new TempFolder();
        var written = Sample("one");
        written.Write(folder["checkpoint.bin"]);

        var found = Checkpoint.Find(folder["checkpoint.bin"], "one");

        Assert.NotNull(found);
        Assert.Equal((written.Epoch, written.ElapsedSeconds), (found.Epoch, found.ElapsedSeconds));
        Assert.Equal(written.History, found.History);
        Assert.Equal(written.Session, found.Session);
        Assert.Equal(["checkpoint.bin"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Find_WhenItIsOfAnotherSpecification_FindsNone()
    {
        using var folder = new TempFolder();
        Sample("one").Write(folder["checkpoint.bin"]);

        Assert.Null(Checkpoint.Find(folder["checkpoint.bin"], "another"));
    }

    [Fact]
    public void Find_WhenThereIsNone_FindsNone()
    {
        using var folder = new TempFolder();

        Assert.Null(Checkpoint.Find(folder["checkpoint.bin"], "one"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(200)]
    public void Find_WhenItIsCutShort_FindsNone(int length)
    {
        using var folder = new TempFolder();
        var path = folder["checkpoint.bin"];
        Sample("one").Write(path);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);

        Assert.Null(Checkpoint.Find(path, "one"));
    }

    [Fact]
    public void FingerprintOf_WhenAnythingDiffers_Differs()
    {
        var one = Samples.Specification(Guid.NewGuid());
        TrainingSpecification[] others =
        [
            one with { JobId = Guid.NewGuid() },
            one with { Architecture = "another" },
            one with { DataSha256 = new string('c', 64) },
            one with { SplitKey = new string('8', 64) },
            one with { Parameters = one.Parameters with { Epochs = 3 } },
            one with { Parameters = one.Parameters with { Seed = 43 } },
            one with { Schema = "another" },
        ];

        Assert.Equal(Checkpoint.FingerprintOf(one), Checkpoint.FingerprintOf(one with { }));
        Assert.Equal(others.Length, others.Select(Checkpoint.FingerprintOf).Except([Checkpoint.FingerprintOf(one)]).Count());
    }

    [Fact]
    public void FingerprintOf_WhenAnEarlierReleaseWroteTheSpecification_IsThatOfItsText()
    {
        // As a release wrote it whose specifications named no schema; its checkpoints carry the SHA-256 of this text.
        var text = """
            {"JobId":"0199c9a1-0000-7000-8000-000000000001","Architecture":"mlp-bn",
            "Parameters":{"Epochs":3,"BatchSize":64,"LearningRate":0.001,"HiddenSize":64,"Seed":42},"SplitKey":"77","DataSha256":"aa"}
            """.ReplaceLineEndings("");

        var specification = JsonSerializer.Deserialize<TrainingSpecification>(text)!;

        Assert.Equal(FeatureSchema.Diabetes1Id, specification.Schema);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), Checkpoint.FingerprintOf(specification));
    }

    [Fact]
    public void Specification_WhenOfAnotherSchema_KeepsItsName()
    {
        var specification = Samples.Specification() with { Schema = "another" };

        Assert.Equal(specification, JsonSerializer.Deserialize<TrainingSpecification>(JsonSerializer.Serialize(specification)));
    }

    [Fact]
    public void Train_WithTheCheckpointOfAnotherSpecification_StartsAtItsOwnBeginning()
    {
        using var one = new TrainingFolder();
        using var another = new TrainingFolder(new TrainingParameters(Epochs: 20, Seed: 43));
        using var undisturbed = new TrainingFolder(new TrainingParameters(Epochs: 20, Seed: 43));
        one.Train(checkpoints: TimeSpan.Zero);
        File.Copy(one.Folder.Checkpoint, another.Folder.Checkpoint);
        var firstEpoch = 0;

        var summary = another.Train(run => firstEpoch = firstEpoch == 0 ? run.Epoch : firstEpoch);

        Assert.Equal(1, firstEpoch);
        Assert.Equal(undisturbed.Train().WeightsSha256, summary.WeightsSha256);
    }

    private static Checkpoint Sample(string fingerprint) => new(
        7, 1.25, [new EpochPoint(1, 1, null, null), new EpochPoint(7, 0.1, 0.2, 0.3)], fingerprint,
            [.. Enumerable.Range(0, 300).Select(i => (byte)i)]);
}
