using ModelOps.Application;
using ModelOps.Application.Records;
using ModelOps.Domain.Features;
using MudBlazor;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Actions on imports of records for the pages that show them. Each asks for confirmation first.</summary>
public abstract class RecordComponent : DashboardComponent
{
    /// <summary>Says what a withdrawal takes out, and withdraws the import if the user agrees.</summary>
    /// <returns>Whether the import was withdrawn.</returns>
    protected async Task<bool> WithdrawAsync(long id)
    {
        ImportDetail? import = null;
        if (!await TryAsync(async () => import = await SendAsync(new GetImport(id))))
        {
            return false;
        }

        var sure = await AskAsync(
            Texts.Say($"Withdraw the import of {import!.Filename}?"),
            Texts.Say($"Withdraw"),
            asksReason: false,
            isDangerous: true,
            Texts.Say($"{import.Records:# record goes|# records go} for good: {ByClass(import)}."),
            Texts.Say($"The records came from the file {import.Filename}, imported by {import.CreatedBy}."),
            TrainedSince(import));
        return sure is not null && await TryAsync(async () =>
        {
            var answer = await SendAsync(new WithdrawImport(id));
            Toasts.Add(Texts.Say($"The import was withdrawn; {answer.Deleted:# record is|# records are} gone."), Severity.Success);
        });
    }

    private static string ByClass(ImportDetail import) =>
        string.Join(", ", DiabetesClasses.All.Select(c => $"{Show.Class(c)} {Show.Count(import.ClassCounts[c])}"));

    private static string TrainedSince(ImportDetail import) => import.Versions.Count == 0
        ? Texts.Say($"No version was trained on the records of the database since.")
        : Texts.Say($"Trained on the records since: {string.Join(", ", import.Versions)}. What was learned from these records stays learned there.");
}
