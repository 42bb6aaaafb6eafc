using MudBlazor;

namespace ModelOps.WebApi.Dashboard;

/// <summary>
/// Colours and fonts. Both palettes have the contrast of at least 4.5 : 1 that WCAG AA requires for text. System fonts are used, so the
/// service neither ships nor downloads any.
/// </summary>
internal static class Appearance
{
    /// <summary>Cookie with the user's choice, <c>light</c> or <c>dark</c>. Without it, the browser's preference applies.</summary>
    public const string Cookie = "modelops.theme";

    /// <summary>Cookie with the browser's preference, written by dashboard.js, so that the first paint uses the right palette.</summary>
    private const string SystemCookie = "modelops.theme.system";

    private static readonly string[] Letters = ["system-ui", "-apple-system", "Segoe UI", "Ubuntu", "Cantarell", "Noto Sans", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b5c8a",
            PrimaryContrastText = "#ffffff",
            Secondary = "#5b4b8a",
            AppbarBackground = "#0b3d5c",
            AppbarText = "#ffffff",
            Background = "#f4f6f8",
            Surface = "#ffffff",
            DrawerBackground = "#ffffff",
            DrawerText = "#24323d",
            DrawerIcon = "#45545f",
            TextPrimary = "#1b2730",
            TextSecondary = "#4a5963",
            TextDisabled = "#6a7781",
            ActionDefault = "#45545f",
            Success = "#1a6b3c",
            Warning = "#8a5300",
            Error = "#b3261e",
            Info = "#0b5c8a",
            SuccessContrastText = "#ffffff",
            WarningContrastText = "#ffffff",
            ErrorContrastText = "#ffffff",
            InfoContrastText = "#ffffff",
            Divider = "#d5dce1",
            LinesDefault = "#d5dce1",
            LinesInputs = "#6a7781",
            TableLines = "#d5dce1",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7cc4f0",
            PrimaryContrastText = "#06202f",
            Secondary = "#c3b5f5",
            SecondaryContrastText = "#1d1440",
            AppbarBackground = "#0c1c27",
            AppbarText = "#e8eef2",
            Background = "#10181e",
            Surface = "#18232b",
            DrawerBackground = "#141e25",
            DrawerText = "#d6dfe5",
            DrawerIcon = "#a9b7c0",
            TextPrimary = "#e8eef2",
            TextSecondary = "#b3c0c8",
            TextDisabled = "#8a98a1",
            ActionDefault = "#a9b7c0",
            Success = "#7ed6a0",
            Warning = "#f0b95c",
            Error = "#ff9a91",
            Info = "#7cc4f0",
            SuccessContrastText = "#06210f",
            WarningContrastText = "#2a1a00",
            ErrorContrastText = "#3a0805",
            InfoContrastText = "#06202f",
            Divider = "#33424c",
            LinesDefault = "#33424c",
            LinesInputs = "#8a98a1",
            TableLines = "#33424c",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Letters },
            Button = new ButtonTypography { FontFamily = Letters, TextTransform = "none", FontWeight = "600", LetterSpacing = "normal" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
    };

    public static string Of(HttpContext context) => context.Request.Cookies[Cookie] switch
    {
        "light" => "light",
        "dark" => "dark",
        _ => "auto",
    };

    public static bool IsDark(HttpContext context) => Of(context) switch
    {
        "auto" => context.Request.Cookies[SystemCookie] == "dark",
        var chosen => chosen == "dark",
    };
}
