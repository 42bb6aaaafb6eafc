using System.Globalization;
using ModelOps.Application;
using ModelOps.Application.Users;
using ModelOps.Domain.Features;
using ModelOps.Domain.Records;

namespace ModelOps.WebApi.Dashboard;

/// <summary>Formats numbers and names in the reader's language.</summary>
internal static class Show
{
    private const string VersionSource = "version:";

    private static CultureInfo Culture => Texts.Language;

    /// <summary>A share 0..1 as <c>87 %</c>.</summary>
    public static string Percent(double share) => string.Create(Culture, $"{Math.Round(share * 100):0} %");

    /// <summary>A probability as a percentage; never 0 % or 100 %, which would claim certainty.</summary>
    public static string Probability(double p) => p switch
    {
        > 0.99 => Texts.Say($"more than {99} %"),
        < 0.01 => Texts.Say($"less than {1} %"),
        _ => Percent(p),
    };

    /// <summary>Shares of one whole as percentages that add up.</summary>
    public static IReadOnlyList<string> Percents(IReadOnlyList<double> shares) =>
        [.. Shares.Round(shares, 100).Select(units => string.Create(Culture, $"{units} %"))];

    /// <summary>The probabilities of all classes, each as by <see cref="Probability"/>; those given as whole percentages add up.</summary>
    public static IReadOnlyList<string> Probabilities(IReadOnlyList<double> all)
    {
        var percents = Percents(all);
        return [.. all.Select((p, i) => p is > 0.99 or < 0.01 ? Probability(p) : percents[i])];
    }

    /// <summary>Shares of one whole as patients per 100, with one decimal; they add up.</summary>
    public static IReadOnlyList<string> OfHundredFine(IReadOnlyList<double> shares) =>
        [.. Shares.Round(shares, 1000).Select(units => (units / 10.0).ToString("0.0", Culture))];

    /// <summary>Formats a share 0..1 as patients per 100, with one decimal.</summary>
    public static string OfHundredFine(double share) => (share * 100).ToString("0.0", Culture);

    /// <summary>Formats a share 0..1 as patients per 100.</summary>
    public static string OfHundred(double share) => string.Create(Culture, $"{Math.Round(share * 100):0}");

    public static string Score(double value) => value.ToString("0.00", Culture);

    public static string Fine(double value) => value.ToString("0.000", Culture);

    public static string Signed(double value) => value.ToString("+0.00;−0.00;0.00", Culture);

    public static string SignedFine(double value) => value.ToString("+0.000;−0.000;0.000", Culture);

    /// <summary>Formats a change of a share as patients per 100.</summary>
    public static string SignedHundred(double share) => Math.Round(share * 100).ToString("+0;−0;0", Culture);

    /// <summary>Formats an amount as a whole number.</summary>
    public static string Amount(double value) => Count((long)Math.Round(value));

    public static string Count(long value) => value.ToString("N0", Culture);

    /// <summary>Formats a setting such as 0.001 without trailing zeros.</summary>
    public static string Setting(double value) => value.ToString("0.#######", Culture);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => string.Create(Culture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(Culture, $"{bytes / 1024.0:0.#} kB"),
        < 1024L * 1024 * 1024 => string.Create(Culture, $"{bytes / (1024.0 * 1024):0.#} MB"),
        _ => string.Create(Culture, $"{bytes / (1024.0 * 1024 * 1024):0.#} GB"),
    };

    public static string Duration(double seconds) => seconds switch
    {
        < 1 => Texts.Say($"under a second"),
        < 90 => Texts.Say($"{Count((long)Math.Round(seconds))} s"),
        < 5400 => Texts.Say($"{Count((long)Math.Round(seconds / 60))} min"),
        _ => Texts.Say($"{(seconds / 3600).ToString("0.#", Culture)} h"),
    };

    /// <summary>An estimate of the time that is left.</summary>
    public static string Left(double seconds) =>
        seconds < 1 ? Texts.Say($"less than a second left") : Texts.Say($"about {Duration(seconds)} left");

    public static string Class(DiabetesClass value) => value switch
    {
        DiabetesClass.Negative => Texts.Say($"Negative"),
        DiabetesClass.Prediabetes => Texts.Say($"Prediabetes"),
        _ => Texts.Say($"Diabetes"),
    };

    /// <summary>Describes where a record's diagnosis comes from.</summary>
    public static string Source(LabelSource source) => source switch
    {
        LabelSource.Imported => Texts.Say($"Imported from a file"),
        LabelSource.Lab => Texts.Say($"Confirmed by a lab"),
        LabelSource.Clinician => Texts.Say($"Confirmed by a clinician"),
        _ => Texts.Say($"Entered by a program"),
    };

    /// <summary>The version of whose rows a training is made, if that is its source; otherwise null.</summary>
    public static string? SourceVersion(string source) =>
        source.StartsWith(VersionSource, StringComparison.Ordinal) ? source[VersionSource.Length..] : null;

    /// <summary>Describes the source of a training's rows, which the API calls <c>database+dataset:NAME</c>.</summary>
    /// <param name="called">What follows the word "version" of a version's technical name: its number where known.</param>
    public static string Source(string source, Func<string, string> called)
    {
        const string Both = "database+dataset:", Dataset = "dataset:", Table = "database+source+dataset:";
        return source switch
        {
            "database" => Texts.Say($"Records of the database"),
            "database+source" => Texts.Say($"Records of the database and the hospital's table"),
            _ when source.StartsWith(Table, StringComparison.Ordinal) =>
                Texts.Say($"Records of the database, the hospital's table and {source[Table.Length..]}"),
            _ when source.StartsWith(Both, StringComparison.Ordinal) => Texts.Say($"Records of the database and {source[Both.Length..]}"),
            _ when SourceVersion(source) is { } version => Texts.Say($"The rows of version {called(version)}"),
            _ when source.StartsWith(Dataset, StringComparison.Ordinal) => source[Dataset.Length..],
            _ => source,
        };
    }

    /// <summary>A process by its machine and number, kept as <c>MACHINE, process NUMBER</c>.</summary>
    public static string Process(string kept) =>
        kept.Split(", process ") is [var machine, var number] ? Texts.Say($"{machine}, process {number}") : kept;

    /// <summary>A version as people call it, with its technical name.</summary>
    public static string Version(long number, string name) => Texts.Say($"Version {Number(number)} ({name})");

    /// <summary>A version's number, which is a name and therefore not grouped.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A role as people call it.</summary>
    public static string Role(string role) => role switch
    {
        UserRoles.Admin => Texts.Say($"Administrator"),
        UserRoles.Clinician => Texts.Say($"Clinician"),
        _ => Texts.Say($"User"),
    };

    /// <summary>A role with what it may do.</summary>
    public static string RoleWithRights(string role) => role switch
    {
        UserRoles.Admin => Texts.Say($"Administrator: may change everything"),
        UserRoles.Clinician => Texts.Say($"Clinician: may look, predict and confirm diagnoses"),
        _ => Texts.Say($"User: may look and predict"),
    };

    /// <summary>Formats an SVG coordinate, independent of the language.</summary>
    public static string Svg(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
