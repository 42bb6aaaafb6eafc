using System.Collections;
using System.Globalization;
using System.Resources;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Behaviors;
using ModelOps.Application.Datasets;
using ModelOps.Application.Training;
using ModelOps.Domain;
using ModelOps.Domain.Data;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Tests;

/// <summary>What is said in English is said in Spanish too, with the same arguments.</summary>
public sealed partial class TextsTests
{
    private static readonly Dictionary<string, string> Spanish = new ResourceManager(typeof(Texts))
        .GetResourceSet(CultureInfo.GetCultureInfo("es"), createIfNotExists: true, tryParents: false)!
        .Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    [Fact]
    public void Say_InSpanish_KnowsEverySentenceOfTheSources()
    {
        var sentences = Sentences().ToHashSet(StringComparer.Ordinal);

        Assert.True(sentences.Count > 400, $"{sentences.Count} sentences were found.");
        Assert.Empty(sentences.Where(s => !Spanish.ContainsKey(s)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Say_InSpanish_KnowsTheMessagesOfValidation() =>
        Assert.All(PlainMessages.Messages.Values, message => Assert.Contains(message, Spanish.Keys));

    [Fact]
    public void Say_InSpanish_KnowsTheSentencesOfTheColumns() =>
        Assert.All(FeatureSchema.Current.Columns, column => Assert.Contains(column.Outside.Format, Spanish.Keys));

    [Fact]
    public void Spanish_NamesTheSameArguments() =>
        Assert.All(Spanish, pair => Assert.Equal(Placeholders(pair.Key), Placeholders(pair.Value)));

    /// <summary>MSBuild keeps only one of two keys that differ by letter case, and says so in a warning alone.</summary>
    [Fact]
    public void Spanish_HasNoTwoKeysThatDifferByLetterCaseAlone()
    {
        var file = Path.Combine(RepositoryRoot(), "src", "Application", "Texts.es.resx");
        var keys = XDocument.Load(file).Root!.Elements("data").Select(data => data.Attribute("name")!.Value).ToArray();

        Assert.Equal(Spanish.Count, keys.Length);
        Assert.Empty(keys.GroupBy(key => key, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    /// <summary>What the guides print in bold is what stands on the pages, in the guide's language.</summary>
    [Fact]
    public void Guides_NameButtonsAndPagesAsTheyStandOnTheScreen()
    {
        var english = Bold("guide.md");
        var spanish = Bold("guide.es.md");

        Assert.True(english.Length > 30, $"{english.Length} names were found.");
        Assert.All(english, name => Assert.Contains(name, Spanish.Keys));
        Assert.Equal(english.Select(name => Spanish[name]), spanish);
    }

    [Theory]
    [InlineData("en", 1, "1 row")]
    [InlineData("en", 0, "0 rows")]
    [InlineData("en", 100_000, "100,000 rows")]
    [InlineData("es", 1, "1 fila")]
    [InlineData("es", 0, "0 filas")]
    [InlineData("es", 100_000, "100.000 filas")]
    [InlineData("es", 1_000_000, "1.000.000 de filas")]
    [InlineData("ja", 2, "2 rows")]
    public void Say_OfANumber_HasThePluralAndTheGroupsOfTheLanguage(string language, int rows, string expected) =>
        Assert.Equal(expected, In(language, () => Texts.Say($"{rows:# row|# rows}")));

    [Theory]
    [InlineData("en", 0, "600")]
    [InlineData("en", 1, "600, 1 of them repeated")]
    [InlineData("es", 0, "600")]
    [InlineData("es", 1, "600, de las cuales 1 repetida")]
    [InlineData("es", 2, "600, de las cuales 2 repetidas")]
    public void Say_OfZero_LeavesOutWhatIsThenNotWorthSaying(string language, int repeated, string expected) =>
        Assert.Equal(expected, In(language, () => Texts.Say($"{600}{repeated:=0|, # of them repeated}")));

    [Fact]
    public void Sentences_WithACount_ListItsPluralForms()
    {
        // Their number is a limit, which is never 1.
        string[] limits =
        [
            "must have 1 to {0} records", "must have 1 to {0} rows",
            "Fewer than {0} patients may judge both versions. So few decide nothing.",
            "Fewer than {0} patients of a class: too few to rely on these figures.",
        ];
        var sentences = Sentences().Except(limits).ToArray();

        Assert.DoesNotContain(sentences, s => CountedWithoutForms().IsMatch(s));
        Assert.DoesNotContain(sentences, s => CountedWithoutForms().IsMatch(Spanish[s]));
    }

    [Fact]
    public void Say_OfOneAndOfNone_NeverHasAPluralOfOneOrAnEmptyShare()
    {
        var counted = Sentences().Where(s => s.Contains('#', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToArray();

        Assert.True(counted.Length > 30, $"{counted.Length} sentences count something.");
        foreach (var (language, number) in new[] { ("en", 0), ("en", 1), ("es", 0), ("es", 1) })
        {
            Assert.All(counted, format =>
            {
                var arguments = Enumerable.Repeat<object>(number, Placeholders(format).Count()).ToArray();
                var said = In(language, () => Texts.Say(FormattableStringFactory.Create(format, arguments)));
                Assert.DoesNotMatch(@"\b1 (\w+ )?(rows|records|patients|epochs|filas|registros|pacientes|épocas|conjuntos|días)\b", said);
                Assert.DoesNotMatch(@"of which 0|de las que 0|de las cuales 0|0 of them", said);
                Assert.DoesNotMatch(@"[#|]|=0", said);
            });
        }
    }

    [Fact]
    public void Say_WithArguments_PutsThemInTheReadersOrder()
    {
        var refusal = DataRefusals.NotEnoughRecords(3, 10);

        Assert.Equal("A training needs at least 10 different labelled records; there are 3. Copies count once.", In("en", () => Texts.Say(refusal.Detail)));
        Assert.Equal("Un entrenamiento necesita al menos 10 registros distintos con diagnóstico; hay 3. Las copias cuentan una vez.", In("es", () => Texts.Say(refusal.Detail)));
        Assert.Equal(refusal.Message, In("es", () => refusal.Message));
    }

    [Fact]
    public void Say_TwiceWithASentenceInside_TranslatesBothTimes()
    {
        FormattableString sentence = $"Line {3}: {"BMI"} {(FormattableString)$"is not a number"}.";

        Assert.Equal("Línea 3: BMI no es un número.", In("es", () => Texts.Say(sentence)));
        Assert.Equal("Line 3: BMI is not a number.", In("en", () => Texts.Say(sentence)));
        Assert.Equal("Línea 3: BMI no es un número.", In("es", () => Texts.Say(sentence)));
    }

    [Fact]
    public void Say_OfAStoredSentence_IsWholeInTheReadersLanguage()
    {
        Assert.Equal("No hay ningún conjunto de datos llamado a.csv.", Stored(Sentence.Of(DatasetRefusals.NotFound("a.csv").Detail)));
        Assert.Equal("debe estar entre 0 y 130 años", Stored(FeatureSchema.Current.GetColumn(ColumnNames.Age).ProblemOf(-1)!));
        Assert.Equal("Línea 3: BMI no es un número.", Stored(Sentence.Of($"Line {3}: {ColumnNames.Bmi} {Column.NotANumber}.")));
    }

    [Fact]
    public void Say_OfAPlainTextOfEarlierReleases_TranslatesAWholeKeyAndShowsTheRest()
    {
        Assert.Equal("no es un número", In("es", () => Texts.Say(Sentence.FromStored("is not a number"))));
        Assert.Equal("must be between 0 and 130 years", In("es", () => Texts.Say(Sentence.FromStored("must be between 0 and 130 years"))));
        Assert.Equal("{\"a\": {0}", In("es", () => Texts.Say(Sentence.FromStored("{\"a\": {0}"))));
    }

    [Fact]
    public void JobAnswer_OfAFailedJob_TellsTheErrorInTheReadersLanguage()
    {
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var claim = Guid.NewGuid();
        var job = TrainingJob.Create(
            new JobPurpose.Retraining(new DataSelection.Database()), "mlp-bn", new TrainingParameters(), 10, "", "me", now);

        Assert.True(job.TryClaim(claim, now, TimeSpan.FromMinutes(1)));
        job.Fail(claim, "not_enough_records", Sentence.Of(DataRefusals.NotEnoughRecords(3, 10).Detail), now);

        Assert.Equal(
            "Un entrenamiento necesita al menos 10 registros distintos con diagnóstico; hay 3. Las copias cuentan una vez.",
            In("es", () => JobAnswer.Of(job, now).Error!.Detail));
        Assert.Equal("A training needs at least 10 different labelled records; there are 3. Copies count once.", In("en", () => JobAnswer.Of(job, now).Error!.Detail));
    }

    [Fact]
    public void DatasetAnswer_OfStoredProblems_TellsThemInTheReadersLanguage()
    {
        // The second problem as an earlier release stored it.
        var report = JsonSerializer.Deserialize<CsvReport>(
            """
            {"Rows": 1, "Columns": 5, "Rejected": 2, "Duplicates": 0, "ClassCounts": {}, "Problems": [
                {"Line": 2, "Column": "", "Problem": {"format": "has {0} fields where the header has {1}", "arguments": ["4", "5"]}},
                {"Line": 3, "Column": "AGE", "Problem": "must be between 0 and 130 years"}]}
            """)!;
        var profile = DataProfiler.Of([new CountedRow(SampleGenerator.Generate(1, 1).Single(), 1, 0)]);
        var dataset = Dataset.Create("a.csv", report, profile, 1, "", "me", DateTime.UnixEpoch);
        var reader = Moq.Mock.Of<ICurrentUser>(user => user.Roles == Array.Empty<string>());

        Assert.Equal(
            ["tiene 4 campos donde el encabezado tiene 5", "must be between 0 and 130 years"],
            In("es", () => string.Join('|', DatasetAnswer.Of(dataset, reader).Problems.Select(p => p.Problem))).Split('|'));
    }

    /// <summary>Through the column's text and into Spanish.</summary>
    private static string Stored(Sentence sentence) => In("es", () => Texts.Say(Sentence.FromStored(sentence.ToStored(1_000))));

    [Fact]
    public void Say_InALanguageNobodyTranslated_IsEnglish() =>
        Assert.Equal("There is no version with this name.",
            In("ja", () => Texts.Say(Domain.Versions.VersionRefusals.VersionNotFound().Detail)));

    private static string In(string language, Func<string> say)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            return say();
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    private static IEnumerable<string> Placeholders(string text) =>
        Placeholder().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    /// <summary>
    /// The formats of the interpolated strings that the sources hand to a reader: what stands in <c>Say($"…")</c>, and every refusal and
    /// problem.
    /// </summary>
    private static IEnumerable<string> Sentences()
    {
        var sources = Path.Combine(RepositoryRoot(), "src");
        foreach (var file in Directory.EnumerateFiles(sources, "*", SearchOption.AllDirectories).Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal)))
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                continue;
            }

            var text = File.ReadAllText(file);
            var isTable = file.EndsWith("Refusals.cs", StringComparison.Ordinal) || Path.GetFileName(file) is "Problem.cs" or "ProblemTable.cs";
            for (var i = text.IndexOf("$\"", StringComparison.Ordinal); i >= 0; i = text.IndexOf("$\"", i + 2, StringComparison.Ordinal))
            {
                var before = text[Math.Max(0, i - 80)..i];
                var said = isTable ? !before.Contains("urn:", StringComparison.Ordinal) : Said().IsMatch(before);
                if (said && Format(text, i + 2) is var format && format.Count(char.IsLetter) >= 2
                    && !format.StartsWith("urn:", StringComparison.Ordinal))
                {
                    yield return format;
                }
            }
        }
    }

    /// <summary>The format of an interpolated string that begins here, as the compiler makes it: holes become numbers.</summary>
    private static string Format(string text, int start)
    {
        var format = new System.Text.StringBuilder();
        int depth = 0, holes = 0;
        for (var i = start; ; i++)
        {
            var c = text[i];
            if (depth == 0)
            {
                switch (c)
                {
                    case '"':
                        return format.ToString();
                    case '\\':
                        format.Append(text[++i]);
                        break;
                    case '{':
                        format.Append('{').Append(holes++);
                        depth = 1;
                        break;
                    default:
                        format.Append(c);
                        break;
                }
            }
            else if (c == '"')
            {
                // A string inside a hole, with nothing in it that would need more than this.
                i = text.IndexOf('"', i + 1);
            }
            else if (c == ':' && depth == 1)
            {
                // The plural forms of the hole.
                var end = text.IndexOf('}', i);
                format.Append(text, i, end - i);
                i = end - 1;
            }
            else
            {
                depth += c switch { '{' or '(' or '[' => 1, '}' or ')' or ']' => -1, _ => 0 };
                format.Append(depth == 0 ? "}" : "");
            }
        }
    }

    private static string[] Bold(string guide) =>
        [.. InBold().Matches(File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", guide))).Select(match => match.Groups[1].Value)];

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ModelOps.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"(Say\(\s*|InvalidDataset\(\s*|Sentence\.Of\(\s*|\(FormattableString\)|StatusCodes\.\w+, ""\w+"", )$")]
    private static partial Regex Said();

    /// <summary>A number, then the plural of something that is counted.</summary>
    [GeneratedRegex(
        @"\{\d+\} (more |earlier |of \{\d+\} |más )?(rows|records|patients|epochs|datasets|versions|members|problems|days|times|predictions|comparisons|groups|files|fields|filas|registros|pacientes|épocas|conjuntos|versiones|miembros|problemas|días|veces|predicciones|comparaciones|grupos|archivos|campos)\b")]
    private static partial Regex CountedWithoutForms();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex InBold();

    [GeneratedRegex(@"\{\w+(?=[:}])")]
    private static partial Regex Placeholder();
}
