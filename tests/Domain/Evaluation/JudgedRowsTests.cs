using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Domain.Tests.Evaluation;

public class JudgedRowsTests
{
    private static readonly JsonSerializerOptions Stored = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Add_WhenMoreRowsComeThanTheCapacity_KeepsThemAll(int capacity)
    {
        var (grown, roomy) = (new JudgedRows(capacity), new JudgedRows(20));
        for (var i = 1; i <= 20; i++)
        {
            foreach (var rows in new[] { grown, roomy })
            {
                var features = new PatientFeatures(5 + (i * 0.1), i * 4, 25, (Gender)(i % 2));
                rows.Add((DiabetesClass)(i % 3), features, [i * .04, 1 - (i * .04), 0]);
            }
        }

        Assert.Equal(20, grown.Count);
        Assert.Equal(
            JsonSerializer.Serialize(Evaluator.Evaluate(roomy, seed: 1), Stored),
            JsonSerializer.Serialize(Evaluator.Evaluate(grown, seed: 1), Stored));
    }

    [Fact]
    public void Add_OfPatients_CountsEachInItsOwnThreeSubgroups()
    {
        var rows = new JudgedRows();
        rows.Add(DiabetesClass.Negative, new PatientFeatures(5, 39, 25, Gender.F), [.8, .1, .1]);
        rows.Add(DiabetesClass.Diabetes, new PatientFeatures(7, 59, 25, Gender.F), [.8, .1, .1]);
        rows.Add(DiabetesClass.Diabetes, new PatientFeatures(7, 60, 25, Gender.M), [.1, .1, .8]);

        var groups = Evaluator.Evaluate(rows, seed: 1).Subgroups!;

        Assert.Equal([2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1], groups.Select(g => g.Rows));
        Assert.Equal([.5, 1, 1, 0, 1, 1, 0, null, null, null, 1], groups.Select(g => g.Accuracy));
        Assert.Equal(new MissedDiabetes(1, 1, 1), groups[0].MissedDiabetes);
    }
}
