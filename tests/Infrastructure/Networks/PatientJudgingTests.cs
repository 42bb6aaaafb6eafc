using ModelOps.Application.Abstractions;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.Infrastructure.Networks;
using ModelOps.Infrastructure.Networks.CrossfitPle;
using ModelOps.Infrastructure.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Networks.CrossfitPle;
using ModelOps.Infrastructure.Tests.Networks.MlpBn;
using ModelOps.Infrastructure.Tests.Trainer;
using PatientRow = (ModelOps.Domain.Features.LabelledExample Row, ModelOps.Domain.Data.PatientToken Patient);

namespace ModelOps.Infrastructure.Tests.Networks;

/// <summary>
/// No version judges a row by weights that learned from the row's inputs or from its patient, however patients, inputs and missing
/// references overlap.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class PatientJudgingTests
{
    private static readonly SplitKey Key = CrossfitSamples.Key;

    private static readonly IJudge MembersByFold = new CrossfitPleNetwork().Judge(
        CrossfitPredictor.Load(CrossfitSamples.Write(CrossfitSamples.RandomNetwork(4, seed: 1))), Key, () => []);

    /// <summary>Two versions of each network on overlapping rows, and records that overlap with both.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Judged_OverManyDatasets_NeverAsksAMemberThatLearnedFromTheInputsOrThePatient(bool baselineIsMlp, bool candidateIsMlp)
    {
        var (judged, compared, refused, switched) = (0, 0, 0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new SeededRandom(seed, RandomPurpose.Sample);
            var (baseline, candidate, records) = (Draw(random, 30), Draw(random, 30), Draw(random, 20));
            if (Version.TryMake(baseline, baselineIsMlp) is not { } first || Version.TryMake(candidate, candidateIsMlp) is not { } second)
            {
                continue;
            }

            var stored = new RowsInMemory(records);
            CountedRow[] union = [.. first.Rows.Read(), .. second.Rows.Read(), .. stored.Read()];
            foreach (var (row, byFirst, bySecond) in new PairedComparison(first.Judged, second.Judged).Judged(stored, default))
            {
                // All inputs that the patient has, whichever file says so.
                var inputs = union.Where(r => row.Patient.IsKnown && r.Patient == row.Patient).Select(r => r.Row.Features)
                    .Append(row.Row.Features).ToHashSet();
                Assert.DoesNotContain(first.LearnedBy(byFirst), learned => inputs.Contains(learned.Features));
                Assert.DoesNotContain(second.LearnedBy(bySecond), learned => inputs.Contains(learned.Features));
                judged++;
                switched += byFirst != row.Fold && !baselineIsMlp ? 1 : 0;
            }

            refused += union.Select(r => (r.Row, r.Patient)).Distinct().Count();
            compared++;
        }

        Assert.True(compared > 200, $"{compared} comparisons");
        Assert.InRange(judged, 500, refused - 1);
        Assert.True(baselineIsMlp || switched > 50, $"only {switched} rows were judged by a member of another fold than their own");
    }

    [Fact]
    public void FoldsOfInputs_OverManyDatasets_LeavesEachRowOfATrainingAMemberOfItsOwnFold()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var rows = Read(Draw(new SeededRandom(seed, RandomPurpose.Sample), 60));
            var folds = rows.FoldsOfInputs();
            for (var i = 0; i < folds.Length; i++)
            {
                Assert.True(folds[i].Contains(rows.Folds[i]));
                var learned = Enumerable.Range(0, folds.Length).Where(j => !folds[j].Contains(rows.Folds[i])).ToArray();
                Assert.DoesNotContain(learned, j => rows.Distinct[j].Features == rows.Distinct[i].Features);
                Assert.DoesNotContain(learned, j => rows.PatientOf(i).IsKnown && rows.PatientOf(j) == rows.PatientOf(i));
            }
        }
    }

    /// <summary>The trained weights show it: what a member judges changes nothing about it, not even the epoch that it keeps.</summary>
    [Fact]
    public void Train_WhenTheCopiesOfWhatAMemberJudgesChangeTheirClass_LeavesTheMemberAsItWas()
    {
        var drawn = Samples.Rows(240, seed: 8).Distinct().Take(120).ToArray();
        PatientRow[] before =
        [
            .. drawn.Select((row, i) => (row, Key.TokenOf($"patient {i / 2}"))),

            // Every fourth row belongs to somebody else, too.
            .. drawn.Where((_, i) => i % 4 == 0).Select((row, i) => (row, Key.TokenOf($"other {i}"))),
        ];
        var member = before[0].Patient.Fold;
        var judged = before.Where(r => r.Patient.Fold == member).Select(r => r.Row.Features).ToHashSet();
        PatientRow[] after =
        [
            .. before.Select(r => judged.Contains(r.Row.Features)
                ? (r.Row with { Class = (DiabetesClass)(((int)r.Row.Class + 1) % 3) }, r.Patient)
                : r),
        ];
        Assert.Contains(before, r => judged.Contains(r.Row.Features) && r.Patient.Fold != member);

        var (first, second) = (TrainMembers(before), TrainMembers(after));

        Assert.Equal(first[member], second[member]);
        Assert.NotEqual(first[(member + 1) % 10], second[(member + 1) % 10]);
    }

    [Fact]
    public void Train_WhenAllFoldsHaveTheSameInputs_IsRefused()
    {
        var row = Samples.Rows(1)[0];
        var rows = Read([.. Enumerable.Range(0, 200).Select(i => (row with { Class = (DiabetesClass)(i % 3) }, Key.TokenOf($"{i}")))]);

        var refusal = Assert.Throws<RefusalException>(() => new CrossfitData(rows, 1));

        Assert.Equal("not_enough_classes", refusal.Code);
    }

    [Fact]
    public void Judged_WhenReferencesCameWithTheSecondVersion_LeavesMostRowsForBoth()
    {
        var rows = Samples.Rows(500, seed: 4).Distinct().ToArray();
        var without = Version.TryMake([.. rows.Select(row => (row, default(PatientToken)))], isMlp: false)!;
        var with = Version.TryMake([.. rows.Select((row, i) => (row, Key.TokenOf($"{i}")))], isMlp: false)!;

        var judged = new PairedComparison(without.Judged, with.Judged).Judged(null, default).ToArray();

        // Each version asks the member of its own fold; the copy without a reference doesn't judge a second time.
        Assert.Equal(rows.Length, judged.Length);
        Assert.All(judged, j => Assert.Equal((Key.FoldOf(j.Row.Row.Features), j.Row.Patient.Fold), (j.Baseline, j.Candidate)));
    }

    [Fact]
    public void Judged_WhenPatientsHaveTokensOfTwoKeys_IsEmpty()
    {
        var rows = Draw(new SeededRandom(1, RandomPurpose.Sample), 30);
        var (one, other) = (Version.TryMake(rows, isMlp: false)!, Version.TryMake(rows, isMlp: false)!);
        var elsewhere = new SplitKey(new byte[SplitKey.Bytes]);
        var moved = other.Judged with { Key = elsewhere, Rows = new RowsInMemory(rows, elsewhere) };

        Assert.Empty(new PairedComparison(one.Judged, moved).Judged(null, default));
    }

    /// <summary>Few inputs and few patients, so that they meet often; a third of the rows without a reference.</summary>
    private static PatientRow[] Draw(SeededRandom random, int rows) => [.. Enumerable.Range(0, rows).Select(_ => (
        new LabelledExample(new PatientFeatures(5 + random.NextInt32(15), 40, 25, Gender.F), (DiabetesClass)random.NextInt32(3)),
        random.NextInt32(3) == 0 ? default : Key.TokenOf($"patient {random.NextInt32(40)}")))];

    private static TrainingRows Read(PatientRow[] rows)
    {
        CountedRow[] sorted = [.. new RowsInMemory(rows).Read()];
        return new TrainingRows([.. sorted.Select(r => r.Row)], [.. sorted.Select(r => r.Fold)], rows.Length)
        {
            Patients = [.. sorted.Select(r => r.Patient)],
        };
    }

    /// <summary>The tensors of each member, as text.</summary>
    private static string[] TrainMembers(PatientRow[] rows)
    {
        using var session = CrossfitSamples.Begin(new TrainingParameters(Epochs: 12, BatchSize: 16, HiddenSize: 8), Read(rows));
        for (var epoch = 1; epoch <= 12 && !session.IsOver; epoch++)
        {
            session.TrainEpoch(epoch, default);
        }

        var network = CrossfitFiles.Read(session.Finish().Files);
        return
        [
            .. Enumerable.Range(0, 10).Select(m => string.Join(
                ' ', Enumerable.Range(0, 4).Select(part => Convert.ToHexString(
                    System.Runtime.InteropServices.MemoryMarshal.AsBytes(network.Weights.OfMember(part, m)))))),
        ];
    }

    /// <summary>A version as a comparison sees it, and what its members learned from.</summary>
    private sealed record Version(IRows Rows, JudgedVersion Judged, Func<int, IEnumerable<LabelledExample>> LearnedBy)
    {
        public static Version? TryMake(PatientRow[] rows, bool isMlp)
        {
            var (stored, training) = (new RowsInMemory(rows), Read(rows));
            if (!isMlp)
            {
                var folds = training.FoldsOfInputs();
                return new Version(
                    stored,
                    new JudgedVersion(MembersByFold, Key, stored),
                    member => training.Distinct.Where((_, i) => !folds[i].Contains(member)));
            }

            try
            {
                var split = DataSplit.Create(training, Key);
                var predictor = MlpPredictor.Load(SavedNetwork.Weights(4), SavedNetwork.Scaler);
                return new Version(
                    stored,
                    new JudgedVersion(new MlpJudge(predictor, Key, stored.Read), Key, stored),
                    _ => split.Training.Concat(split.Validation));
            }
            catch (RefusalException)
            {
                return null;
            }
        }
    }

    private sealed class RowsInMemory : IRows
    {
        private readonly CountedRow[] _rows;

        public RowsInMemory(PatientRow[] rows, SplitKey? key = null)
        {
            using var sorter = new RowsSorter(() => new MemoryStream());
            foreach (var (row, patient) in rows)
            {
                sorter.Add(row, patient);
            }

            _rows = [.. sorter.Sorted(key ?? Key)];
            Header = RowsFile.Write(new MemoryStream(), _rows, key ?? Key, sorter.HasPatients);
        }

        public RowsHeader Header { get; }

        public IEnumerable<CountedRow> Read() => _rows;

        public Stream Open() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
