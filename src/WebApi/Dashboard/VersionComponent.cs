using ModelOps.Application;
using ModelOps.Application.Versions;
using ModelOps.Domain.Evaluation;
using MudBlazor;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// Actions on versions for the pages that show them. Each action asks for confirmation and sends the active version that the user saw.
/// </summary>
public abstract class VersionComponent : DashboardComponent
{
    /// <param name="active">
    /// The active version that the user saw. If another version is active by now, the action is refused and the user is told.
    /// </param>
    protected async Task<bool> ActivateAsync(string version, string? active)
    {
        IReadOnlyList<string> warnings = [];
        if (!await TryAsync(async () =>
        {
            await LookUpNumbersAsync(version, active);
            warnings = await WarningsAsync(version, active);
        }))
        {
            return false;
        }

        var sure = await AskBeforeActivationAsync(
            version,
            Texts.Say($"Put version {Called(version)} in service?"),
            Texts.Say($"Activate"),
            warnings,
            [
                Texts.Say($"From now on version {Called(version)} answers every prediction."),
                active is null
                    ? Texts.Say($"You can change it again at any time.")
                    : Texts.Say($"Version {Called(active)} stays in the list. You can roll back with one click."),
            ]);
        return sure is not null && await TryAsync(async () =>
        {
            await SendAsync(new ActivateVersion { Version = version, ExpectedActive = active, Reason = Reason(sure) });
            Toasts.Add(Texts.Say($"Version {Called(version)} is in service now."), Severity.Success);
        });
    }

    /// <summary>The version that a rollback would put in service; null if there is none.</summary>
    protected string? RollbackTarget { get; private set; }

    protected async Task LoadRollbackTargetAsync()
    {
        var target = await SendAsync(new GetRollbackTarget());
        await LookUpNumbersAsync(target);
        RollbackTarget = target;
    }

    protected async Task<bool> RollBackAsync(string active)
    {
        var target = RollbackTarget!;
        IReadOnlyList<string> warnings = [];
        if (!await TryAsync(async () =>
        {
            await LookUpNumbersAsync(active);
            warnings = await WarningsAsync(target, active);
        }))
        {
            return false;
        }

        var sure = await AskBeforeActivationAsync(
            target,
            Texts.Say($"Roll back to version {Called(target)}?"),
            Texts.Say($"Roll back"),
            warnings,
            Texts.Say($"From now on version {Called(target)} answers every prediction."),
            Texts.Say($"Version {Called(active)} stays in the list and can be activated again."));
        return sure is not null && await TryAsync(async () =>
        {
            var answer = await SendAsync(new RollbackModel { ExpectedActive = active, Reason = Reason(sure) });
            await LookUpNumbersAsync(answer.ActiveVersion);
            Toasts.Add(Texts.Say($"Version {Called(answer.ActiveVersion)} is in service again."), Severity.Success);
        });
    }

    protected async Task<bool> DeleteAsync(string version)
    {
        if (!await TryAsync(() => LookUpNumbersAsync(version)))
        {
            return false;
        }

        var sure = await AskBeforeDeletionAsync(
            [version],
            Texts.Say($"Delete version {Called(version)}?"),
            Texts.Say($"Delete"),
            Texts.Say($"Its files are removed for good. It can't be activated or rolled back to any more."),
            Texts.Say($"The version in service isn't touched."));
        return sure is not null && await TryAsync(async () =>
        {
            await SendAsync(new DeleteVersion(version));
            Toasts.Add(Texts.Say($"Version {Called(version)} was deleted."), Severity.Success);
        });
    }

    /// <summary>
    /// Deletes versions after one confirmation that names them. Each deletion succeeds or fails for itself.
    /// </summary>
    /// <returns>One sentence for each version and whether it was deleted; null if the user cancelled.</returns>
    protected async Task<IReadOnlyList<(string Sentence, bool IsDeleted)>?> DeleteAllAsync(
        IReadOnlyList<(string Version, string Title)> versions)
    {
        if (!await TryAsync(() => LookUpNumbersAsync(versions.Select(v => v.Version))))
        {
            return null;
        }

        var sure = await AskBeforeDeletionAsync(
            [.. versions.Select(v => v.Version)],
            Texts.Say($"Delete {versions.Count:# version|# versions}?"),
            Texts.Say($"Delete"),
            Texts.Say($"Their files are removed for good. They can't be activated or rolled back to any more."),
            Texts.Say($"The version in service isn't touched."));
        if (sure is null)
        {
            return null;
        }

        List<(string, bool)> outcomes = [];
        foreach (var (version, title) in versions)
        {
            var problem = await ProblemOfAsync(() => SendAsync(new DeleteVersion(version)));
            outcomes.Add((problem is null ? Texts.Say($"{title}: deleted.") : $"{title}: {problem}", problem is null));
        }

        return outcomes;
    }

    /// <summary>Why the version should rather not be put in service: it loses to a simple rule, or to the version in service.</summary>
    private async Task<IReadOnlyList<string>> WarningsAsync(string version, string? active)
    {
        List<string> warnings = [];
        var candidate = await SendAsync(new GetVersion(version));
        if (!candidate.Evaluation.BeatsBaselines)
        {
            warnings.Add(Words.AgainstRules(candidate.Evaluation).Text);
        }

        if (active is not null)
        {
            // Versions that can't be compared, for instance because they share no patients, are no reason to hold anybody up.
            await ProblemOfAsync(async () =>
            {
                var comparison = await SendAsync(new CompareVersions(active, version));
                if (comparison.Verdict == ComparisonVerdict.Worse)
                {
                    warnings.Add($"{Words.AgainstPresent(comparison)}. {Words.Verdict(comparison, isPresent: false, Called)}");
                }
            });
        }

        return warnings;
    }

    private static string? Reason(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
