using Microsoft.Extensions.Localization;
using MudBlazor;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Translates the component library's own texts, such as the label of a close button.</summary>
internal sealed class LibraryTexts : MudLocalizer
{
    public override LocalizedString this[string key] => key switch
    {
        "MudAlert_Close" or "MudDialog_Close" or "MudSnackbar_Close" => new(key, Application.Texts.Say($"Close")),
        _ => new(key, key, resourceNotFound: true),
    };
}
