using System.Runtime.InteropServices;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Data;
using ModelOps.Domain.Evaluation;
using ModelOps.Domain.Features;

namespace ModelOps.Application.Versions;

/// <summary>A version that predicts rows for a comparison.</summary>
/// <param name="Key">Key of the hash that decides a row's fold for this version.</param>
/// <param name="Rows">The version's own rows.</param>
public sealed record JudgedVersion(IJudge Judge, SplitKey Key, IRows Rows);

/// <summary>
/// Predicts the same rows with two versions: the union of both versions' own rows and the labelled records, each distinct row once. Each
/// version predicts a row only with a member that learned from none of the inputs that the row's patient has anywhere in this union
/// (docs/decisions/0015). One pass over sorted rows, and one more where patients are known. Memory use doesn't depend on the number of
/// rows, but on that of known patients.
/// </summary>
public sealed class PairedComparison(JudgedVersion baseline, JudgedVersion candidate)
{
    private const int OfBaseline = 1;
    private const int OfCandidate = 2;

    /// <summary>The id of the split key of all files; 0 when they have several, so that folds are computed anew.</summary>
    private ulong _keyOfFiles;

    /// <param name="records">The labelled records; null when there are none, or when they are among the candidate's rows.</param>
    /// <param name="earlierLooks"><see cref="ComparisonTally.Complete"/></param>
    /// <returns>Null when there is no row that both versions may judge.</returns>
    /// <exception cref="OperationCanceledException"/>
    public ModelComparison? Run(IRows? records, int seed, int earlierLooks, CancellationToken cancellationToken)
    {
        var tally = new ComparisonTally();
        Span<double> baselineAnswer = stackalloc double[DiabetesClasses.Count];
        Span<double> candidateAnswer = stackalloc double[DiabetesClasses.Count];
        foreach (var (row, baselineMember, candidateMember) in Judged(records, cancellationToken))
        {
            var (features, label) = row.Row;
            candidate.Judge.Predict(candidateMember, features, candidateAnswer);
            baseline.Judge.Predict(baselineMember, features, baselineAnswer);
            tally.Add(label, features, baselineAnswer, candidateAnswer);
        }

        return tally.Rows == 0 ? null : tally.Complete(seed, earlierLooks);
    }

    /// <summary>The rows that both versions may judge, each with the member of each version that judges it.</summary>
    /// <inheritdoc cref="Run"/>
    public IEnumerable<(CountedRow Row, int Baseline, int Candidate)> Judged(IRows? records, CancellationToken cancellationToken)
    {
        IRows[] sources = records is null ? [baseline.Rows, candidate.Rows] : [baseline.Rows, candidate.Rows, records];
        var withPatients = sources.Where(source => source.Header.HasPatients).ToArray();
        if (withPatients.Select(source => source.Header.KeyId).Distinct().Count() > 1)
        {
            // Tokens of different keys don't tell which rows are one patient's.
            yield break;
        }

        var keys = sources.Select(source => source.Header.KeyId).Distinct().ToArray();
        _keyOfFiles = keys.Length == 1 ? keys[0] : 0;
        var patients = withPatients.Length == 0 ? null : MembersByPatient(sources, cancellationToken);
        foreach (var group in Groups(sources, cancellationToken))
        {
            var (ofBaseline, ofCandidate) = MembersOf(group);
            foreach (var row in group.Judged())
            {
                var (forBaseline, forCandidate) = (SeenBy(baseline, row), SeenBy(candidate, row));
                var allowed = new Pair(
                    ofBaseline ?? baseline.Judge.MembersForUnseen(forBaseline),
                    ofCandidate ?? candidate.Judge.MembersForUnseen(forCandidate));
                if (patients is not null && row.Patient.IsKnown)
                {
                    allowed &= patients[row.Patient];
                }

                if (!allowed.Baseline.IsEmpty && !allowed.Candidate.IsEmpty)
                {
                    yield return (row, allowed.Baseline.Choose(forBaseline.Fold), allowed.Candidate.Choose(forCandidate.Fold));
                }
            }
        }
    }

    /// <summary>
    /// For each known patient, the members of both versions that learned from none of the patient's inputs. It covers rows that a version
    /// has without the reference, too.
    /// </summary>
    private Dictionary<PatientToken, Pair> MembersByPatient(IRows[] sources, CancellationToken cancellationToken)
    {
        var patients = new Dictionary<PatientToken, Pair>();
        foreach (var group in Groups(sources, cancellationToken))
        {
            var (ofBaseline, ofCandidate) = MembersOf(group);
            var members = new Pair(ofBaseline ?? FoldSet.All, ofCandidate ?? FoldSet.All);
            foreach (var (row, _) in group.Rows.Where(row => row.Row.Patient.IsKnown))
            {
                ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(patients, row.Patient, out var isThere);
                pair = isThere ? pair & members : members;
            }
        }

        return patients;
    }

    /// <summary>The members of both versions that learned from no row with these inputs; null where a version has no such row.</summary>
    private (FoldSet? Baseline, FoldSet? Candidate) MembersOf(Group group)
    {
        var (ofBaseline, ofCandidate) = (default(FoldSet?), default(FoldSet?));
        foreach (var (row, sources) in group.Rows)
        {
            if ((sources & OfBaseline) != 0)
            {
                ofBaseline = (ofBaseline ?? FoldSet.None) | baseline.Judge.MembersWithout(SeenBy(baseline, row));
            }

            if ((sources & OfCandidate) != 0)
            {
                ofCandidate = (ofCandidate ?? FoldSet.None) | candidate.Judge.MembersWithout(SeenBy(candidate, row));
            }
        }

        return (ofBaseline, ofCandidate);
    }

    /// <summary>The row with its fold by the version's key.</summary>
    private CountedRow SeenBy(JudgedVersion version, in CountedRow row) => row with { Fold = version.Key.FoldOf(row, _keyOfFiles) };

    /// <summary>The rows of all sources, gathered by equal inputs. The same object is returned again and again.</summary>
    private static IEnumerable<Group> Groups(IRows[] sources, CancellationToken cancellationToken)
    {
        var (group, rows) = (new Group(), 0);
        foreach (var row in RowsSorter.MergeTelling([.. sources.Select(source => source.Read())]))
        {
            if ((++rows & 1023) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (group.Rows.Count > 0 && group.Rows[0].Row.Row.Features != row.Row.Row.Features)
            {
                yield return group;
                group.Rows.Clear();
            }

            group.Rows.Add(row);
        }

        if (group.Rows.Count > 0)
        {
            yield return group;
        }
    }

    /// <summary>Rows with equal inputs, in canonical order.</summary>
    private sealed class Group
    {
        public List<(CountedRow Row, int Sources)> Rows { get; } = [];

        /// <summary>The rows without those of an unknown patient that a known patient has, too.</summary>
        public IEnumerable<CountedRow> Judged()
        {
            for (var i = 0; i < Rows.Count; i++)
            {
                var isCopy = !Rows[i].Row.Patient.IsKnown && i + 1 < Rows.Count && Rows[i + 1].Row.Row == Rows[i].Row.Row;
                if (!isCopy)
                {
                    yield return Rows[i].Row;
                }
            }
        }
    }

    /// <summary>Members of both versions.</summary>
    private readonly record struct Pair(FoldSet Baseline, FoldSet Candidate)
    {
        public static Pair operator &(Pair a, Pair b) => new(a.Baseline & b.Baseline, a.Candidate & b.Candidate);
    }
}
