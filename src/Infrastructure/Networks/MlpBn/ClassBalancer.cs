using ModelOps.Domain;
using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>Balances the classes of the training side by oversampling the smaller classes.</summary>
internal static class ClassBalancer
{
    /// <summary>
    /// Returns indices into <paramref name="training"/>: every row once, then rows of each smaller class, drawn with replacement
    /// until the class is as large as the largest class. A class without rows stays empty.
    /// </summary>
    public static int[] Oversample(IReadOnlyList<LabelledExample> training, int seed)
    {
        var byClass = Enumerable.Range(0, training.Count)
            .GroupBy(i => training[i].Class)
            .OrderBy(g => g.Key)
            .Select(g => g.ToArray())
            .ToArray();
        var largest = byClass.Max(g => g.Length);
        var random = new SeededRandom(seed, RandomPurpose.Balancing);
        var indices = new List<int>(Enumerable.Range(0, training.Count));
        foreach (var members in byClass)
        {
            for (var missing = largest - members.Length; missing > 0; missing--)
            {
                indices.Add(members[random.NextInt32(members.Length)]);
            }
        }

        return [.. indices];
    }
}
