using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using MediatR;
using Microsoft.AspNetCore.Components;
using ModelOps.Application;
using ModelOps.Application.Users;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.WebApi.Dashboard.Parts;
using ModelOps.WebApi.Errors;
using MudBlazor;

namespace ModelOps.WebApi.Dashboard;

/// <summary>The user of the page.</summary>
/// <param name="HasPassword">False for somebody whom the hospital's sign-in let in.</param>
public sealed record Viewer(string Email, string Role, bool HasPassword = true)
{
    public bool IsAdmin => Role == UserRoles.Admin;

    public bool MayConfirmDiagnoses => IsAdmin || Role == UserRoles.Clinician;
}

/// <summary>Base of the dashboard's components: sends requests and shows refusals instead of letting them end the circuit.</summary>
[SuppressMessage("Design", "CA1063", Justification = "Nothing unmanaged; a component overrides Dispose where it has more to let go.")]
public abstract partial class DashboardComponent : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);

    protected DashboardComponent() => Gone = _gone.Token;

    [CascadingParameter]
    public Viewer Viewer { get; set; } = new("", UserRoles.User);

    [Inject]
    private Application.Failures.IFailureClassifier Failures { get; set; } = null!;

    [Inject]
    private protected Dispatcher Dispatcher { get; set; } = null!;

    [Inject]
    private protected ISnackbar Toasts { get; set; } = null!;

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private ILogger<DashboardComponent> Logger { get; set; } = null!;

    /// <summary>Cancelled when the component is disposed.</summary>
    protected CancellationToken Gone { get; }

    /// <summary>The sentence that explains why the page's content can't be shown.</summary>
    protected string? Failure { get; private set; }

    public virtual void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Task<T> SendAsync<T>(IRequest<T> request) => Dispatcher.SendAsync(request, Gone);

    /// <summary>Sends a request and returns null if it is refused with this code.</summary>
    protected async Task<T?> FindAsync<T>(IRequest<T> request, string code)
        where T : class
    {
        try
        {
            return await SendAsync(request);
        }
        catch (RefusalException refusal) when (refusal.Code == code)
        {
            return null;
        }
    }

    /// <summary>Looks up the numbers of the versions that the component names. Numbers known already cost no request.</summary>
    protected async Task LookUpNumbersAsync(params IEnumerable<string?> versions)
    {
        string[] unknown = [.. versions.OfType<string>().Where(name => !_numbers.ContainsKey(name)).Distinct(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            foreach (var (name, number) in await SendAsync(new GetVersionNumbers(unknown)))
            {
                _numbers[name] = number;
            }
        }
    }

    /// <summary>The number of a version; null if it wasn't looked up or the version was deleted.</summary>
    protected long? NumberOf(string version) => _numbers.TryGetValue(version, out var number) ? number : null;

    /// <summary>
    /// What follows the word "version" in a sentence: the version's number, or its technical name where the number isn't known.
    /// </summary>
    protected string Called(string version) => NumberOf(version) is { } number ? Show.Number(number) : version;

    /// <summary>Runs an action of the user and shows a failure as a toast. Returns false after a failure.</summary>
    protected async Task<bool> TryAsync(Func<Task> work)
    {
        var problem = await ProblemOfAsync(work);
        if (problem is not null)
        {
            Toasts.Add(problem, Severity.Error);
        }

        return problem is null;
    }

    /// <summary>Loads the page's content and sets <see cref="Failure"/> after a failure.</summary>
    protected async Task LoadAsync(Func<Task> work) => Failure = await ProblemOfAsync(work);

    /// <summary>
    /// Shows a confirmation dialog. Returns null if the user cancels, otherwise the reason, which is empty if none was requested.
    /// </summary>
    protected Task<string?> AskAsync(string title, string action, bool asksReason, bool isDangerous, params string[] consequences) =>
        AskAsync(title, action, refusal: null, asksReason, isDangerous, consequences);

    /// <summary>Asks before versions are deleted.</summary>
    /// <param name="versions">The versions concerned. The dialog shows each with its number, date and technical name.</param>
    protected Task<string?> AskBeforeDeletionAsync(
        IReadOnlyList<string> versions, string title, string action, params string[] consequences) =>
        AskAsync(
            title, action, refusal: null, asksReason: false, isDangerous: true, consequences, asksToNotify: false, versions);

    /// <summary>Asks before a version is put in service. With warnings, the button that does it has the colour of danger.</summary>
    protected Task<string?> AskBeforeActivationAsync(
        string version, string title, string action, IReadOnlyList<string> warnings, params string[] consequences) =>
        AskAsync(
            title, action, refusal: null, asksReason: true, isDangerous: warnings.Count > 0, consequences, asksToNotify: false, [version],
            warnings);

    /// <summary>Asks before a training. The button also asks for the right to notify, once for each browser.</summary>
    protected Task<string?> AskBeforeTrainingAsync(string title, string action, params string[] consequences) =>
        AskAsync(title, action, refusal: null, asksReason: false, isDangerous: false, consequences, asksToNotify: true);

    /// <inheritdoc cref="AskAsync(string, string, bool, bool, string[])"/>
    /// <param name="refusal">The text of the button that changes nothing, where "Cancel" could be misunderstood.</param>
    protected Task<string?> AskAsync(
        string title, string action, string? refusal, bool asksReason, bool isDangerous, params string[] consequences) =>
        AskAsync(title, action, refusal, asksReason, isDangerous, consequences, asksToNotify: false);

    private async Task<string?> AskAsync(
        string title, string action, string? refusal, bool asksReason, bool isDangerous, string[] consequences, bool asksToNotify,
        IReadOnlyList<string>? versions = null, IReadOnlyList<string>? warnings = null)
    {
        versions ??= [];
        await LookUpNumbersAsync(versions);
        var dialog = await Dialogs.ShowAsync<ConfirmDialog>(
            title,
            new DialogParameters<ConfirmDialog>
            {
                { d => d.Title, title },
                { d => d.Action, action },
                { d => d.Refusal, refusal },
                { d => d.AsksReason, asksReason },
                { d => d.IsDangerous, isDangerous },
                { d => d.Warnings, warnings ?? [] },
                { d => d.Consequences, consequences },
                { d => d.AsksToNotify, asksToNotify },
                { d => d.Versions, [.. versions.Select(name => (name, NumberOf(name)))] },
            },
            new DialogOptions { CloseOnEscapeKey = true, FullWidth = true, MaxWidth = MaxWidth.Small });
        return await dialog.Result is { Canceled: false, Data: string reason } ? reason : null;
    }

    private protected async Task<string?> ProblemOfAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return null;
        }
        catch (RefusalException refusal) when (refusal.Code == "unauthenticated")
        {
            Navigation.NavigateTo(ToSignInAddress(Navigation), forceLoad: true);
            return null;
        }
        catch (RefusalException refusal) when (refusal.Code == "password_change_required")
        {
            Navigation.NavigateTo("account");
            return null;
        }
        catch (Exception exception)
        {
            var problem = ProblemTable.Of(exception, Failures);
            if (exception is not RefusalException)
            {
                LogFailed(Logger, exception);
            }

            return problem.Status == StatusCodes.Status500InternalServerError
                ? Texts.Say($"Something went wrong on our side. Try again; if it stays, tell the operator the time.")
                : await WithNumbersAsync(Texts.Say(problem.Detail));
        }
    }

    /// <summary>Names the versions in a refusal as people do; by the technical name alone where the number can't be looked up.</summary>
    private async Task<string> WithNumbersAsync(string refusal)
    {
        try
        {
            await LookUpNumbersAsync(VersionNames().Matches(refusal).Select(match => match.Value));
        }
        catch (Exception exception)
        {
            LogFailed(Logger, exception);
        }

        return VersionNames().Replace(
            refusal, match => NumberOf(match.Value) is { } number ? Show.Version(number, match.Value) : match.Value);
    }

    internal static string ToSignInAddress(NavigationManager navigation) =>
        $"login?ReturnUrl={Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery)}";

    /// <summary>Runs work on the component's synchronization context without waiting for its end.</summary>
    protected void Refresh(Func<Task>? load = null) => _ = InvokeAsync(async () =>
    {
        if (!_gone.IsCancellationRequested)
        {
            await (load?.Invoke() ?? Task.CompletedTask);
            StateHasChanged();
        }
    });

    [GeneratedRegex(@"\bv[0-9]{8}_[0-9]{6}(_[1-9][0-9]*)?\b", RegexOptions.CultureInvariant)]
    private static partial Regex VersionNames();

    [LoggerMessage(LogLevel.Error, "A dashboard action failed unexpectedly.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
