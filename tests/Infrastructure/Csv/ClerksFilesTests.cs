using System.Globalization;
using System.Text;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Csv;

namespace ModelOps.Infrastructure.Tests.Csv;

/// <summary>Files as spreadsheets and hospital systems write them: each is read rightly, or refused with a reason.</summary>
public sealed class ClerksFilesTests
{
    private const string Header = "HbA1c,AGE,BMI,Gender,CLASS";
    private const string Good = "5.7,45,24.3,F,N";

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private static readonly LabelledExample GoodRow = new(new PatientFeatures(5.7, 45, 24.3, Gender.F), DiabetesClass.Negative);

    [Theory]
    [InlineData(Header + ",Notas\n" + Good)]
    [InlineData(Header + ",Notas,Más\n" + Good + ",x")]
    [InlineData(Header + ",\n" + Good)]
    [InlineData(Header + ",,\n" + Good + ",,")]
    [InlineData(Header + "\n" + Good + ",")]
    [InlineData(Header + "\n" + Good + ", ,\"\",")]
    [InlineData("x," + Header + ",Notas\n1," + Good)]
    public void Read_WhenTheFieldsDifferByIgnoredOrEmptyOnes_CountsTheRow(string content) => Assert.Equal([GoodRow], Read(content).Rows);

    [Theory]
    [InlineData("\n" + Good + ",x", 6)]
    [InlineData("\n" + Good + ",,x", 7)]
    [InlineData("\n5.7,45,24.3,F", 4)]
    [InlineData(",Notas\n5.7,45,24.3,F", 4)]
    public void Read_WhenTheFieldsDifferByOthers_LeavesTheRowOutAndSaysSo(string content, int fields)
    {
        var (report, rows) = Read($"{Header}{content}\n{Good}");

        Assert.Equal([GoodRow], rows);
        var expected = content.Contains("Notas", StringComparison.Ordinal) ? 6 : 5;
        Assert.Equal($"has {fields} fields where the header has {expected}", In("en", report.Problems[0].Problem));
        Assert.Equal($"tiene {fields} campos donde el encabezado tiene {expected}", In("es", report.Problems[0].Problem));
    }

    [Theory]
    [InlineData("HbA1c;AGE;BMI;Gender;CLASS;a,b,c,d,e,f,g\n5,7;45;24,3;F;N;x,y", ";")]
    [InlineData("HbA1c;AGE;BMI;Gender;CLASS;\"a;b,c\"\n5,7;45;24,3;F;N;x", ";")]
    [InlineData(Header + ",\"a;b;c;d;e;f\"\n" + Good + ",\"x;y\"", ",")]
    [InlineData("HbA1c\tAGE\tBMI\tGender\tCLASS\n5,7\t45\t24.3\tF\tN", "\t")]
    [InlineData("HbA1c|AGE|BMI|Gender|CLASS|a,b;c\n5.7|45|24,3|F|N|x", "|")]
    [InlineData("\"HbA1c\";\"AGE\";\"BMI\";\"Gender\";\"CLASS\"\n\"5,7\";\"45\";\"24,3\";\"F\";\"N\"", ";")]
    public void Read_WithAnySeparator_TakesTheOneThatSplitsTheColumns(string content, string separator)
    {
        var (report, rows) = Read(content);

        Assert.Equal([GoodRow], rows);
        Assert.Equal(separator, report.Mapping!.Separator);
    }

    [Fact]
    public void Read_WithAStatedSeparator_TakesNoOther() => Assert.Equal(
        "missing_columns", Refused(Bytes($"{Header}\n{Good}"), new CsvMapping { Separator = ";" }).Code);

    [Theory]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    public void Read_OfUnicodeText_ReadsTabsAndDecimalCommas(string name)
    {
        var encoding = new UnicodeEncoding(name == "utf-16be", byteOrderMark: true);
        var text = "Sexo\tEdad\tIMC\tHbA1c\tClase\tAño\r\nMujer\t45\t24,3\t5,7\tNegativo\tñ\r\n";

        var (report, rows) = Read([.. encoding.Preamble, .. encoding.GetBytes(text)]);
        Assert.Equal([GoodRow], rows);
        Assert.Equal((name, "\t"), (report.Mapping!.Encoding, report.Mapping.Separator));

        // Without its mark only if it is stated, because it may as well be binary.
        Assert.Equal("invalid_dataset", Refused(encoding.GetBytes(text)).Code);
        Assert.Equal([GoodRow], Read(encoding.GetBytes(text), new CsvMapping { Encoding = name }).Rows);
    }

    [Theory]
    [InlineData(Header + ",Población\n" + Good + ",Ávila")]
    [InlineData(Header + ",Notas\n" + Good + ",¿qué?")]
    [InlineData(Header + ",Notas\n" + Good + ",José’s 5 €")]
    [InlineData("Sexo;Edad;IMC;HbA1c;Clase;Nº\nMujer;45;24,3;5,7;Negativo;1ª")]
    [InlineData("HbA1c;AGE;BMI [kg/m²];Gender;CLASS;Médico\n5,7;45;24,3;F;N;Muñoz")]
    public void Read_OfWindows1252_IsReadAndNamed(string content)
    {
        var (report, rows) = Read(Windows1252.GetBytes(content));

        Assert.Equal([GoodRow], rows);
        Assert.Equal("windows-1252", report.Mapping!.Encoding);
    }

    public static TheoryData<string, byte[]> NoWindows1252 { get; } = new()
    {
        { "a byte without a character", [.. "Mu"u8, 0x81, .. "oz"u8] },
        { "a control character", [.. "Mu"u8, 0xF1, .. "oz"u8, 0x01] },
        { "damaged UTF-8", [.. "Muñoz"u8, 0xC3, 0x28] },
        { "UTF-8 and Windows-1252", [.. "Muñoz, Mu"u8, 0xF1, .. "oz"u8] },
        { "a DOS encoding", [.. "Espa"u8, 0xA4, .. "a, Mu"u8, 0xA4, .. "oz"u8] },
        { "a Macintosh encoding", [.. "diab"u8, 0x8E, .. "tico"u8] },
        { "bytes that are no words", [0xE9, 0xFF, 0xD8, 0xFE, 0xE4, 0xC7] },
    };

    [Theory]
    [MemberData(nameof(NoWindows1252))]
    public void Read_OfBytesThatMayBeAnything_RefusesTheFile(string what, byte[] note)
    {
        var refusal = Refused([.. Bytes($"{Header},Notas\n{Good},"), .. note, .. "\n"u8]);

        Assert.True(refusal.Code == "invalid_dataset", what);
        Assert.Equal("El archivo no es texto UTF-8 ni, con seguridad, Windows-1252. Guárdelo como UTF-8.", In("es", refusal));
    }

    [Fact]
    public void Read_OfAStatedEncoding_TakesIt()
    {
        byte[] file = [.. Bytes($"{Header},Notas\n{Good},"), 0xE9, .. "\n"u8];

        Refused(file);
        Assert.Equal([GoodRow], Read(file, new CsvMapping { Encoding = "Windows-1252" }).Rows);
        Assert.Equal("invalid_dataset", Refused(file, new CsvMapping { Encoding = "utf-8" }).Code);
    }

    [Theory]
    [InlineData("HbA1c (%),AGE (years),BMI [kg/m²],Gender,CLASS")]
    [InlineData("HbA1c %,Age,BMI kg/m2,SEX,Diagnosis")]
    [InlineData("HbA1c_level,edad,imc,Género,diabetes")]
    [InlineData("A1C,Edad (años),IMC (kg/m^2),Sexo,Diagnóstico")]
    [InlineData(" Hemoglobina  Glicosilada ,EDAD,Índice de masa corporal,GENERO,clase")]
    [InlineData("=\"HbA1c\",\"AGE\",BMI,Gender,CLASS")]
    public void Read_WithUnitsSynonymsAndLanguages_FindsTheColumns(string header) =>
        Assert.Equal([GoodRow], Read($"{header}\n5.7,45,24.3,F,N").Rows);

    [Theory]
    [InlineData("glucosa,Edad,IMC,Sexo,Clase", "HbA1c", "glucosa, Edad, IMC, Sexo, Clase")]
    [InlineData("HbA1c;altura;peso;Sexo;Clase", "AGE, BMI", "HbA1c, altura, peso, Sexo, Clase")]
    public void Read_WithoutAColumn_ListsTheHeadersInTheReadersLanguage(string header, string missing, string found)
    {
        var refusal = Refused(Bytes($"{header}\n5,45,24,F,N\n"));

        Assert.Equal("missing_columns", refusal.Code);
        Assert.Equal(
            $"The file lacks these columns: {missing}. Its headers are: {found}. Say in a mapping which of them is which column.",
            In("en", refusal));
        Assert.Equal(
            $"Al archivo le faltan estas columnas: {missing}. Sus encabezados son: {found}. Indique en una correspondencia de columnas cuál es cuál.",
            In("es", refusal));
    }

    [Theory]
    [InlineData("\"5,7\",45,\"24,3\",F,N")]
    [InlineData("\"5,70\",45,\"24,3\",F,N")]
    [InlineData("\" 5,7 \",45,\"+24,3\",F,N")]
    [InlineData("\"5,7000\",\"45,0\",\"24,30\",F,N")]
    [InlineData("\"5,7%\",45,\"24,3\",F,N")]
    public void Read_WithAQuotedDecimalComma_ReadsTheNumber(string row) => Assert.Equal([GoodRow], Read($"{Header}\n{row}").Rows);

    [Theory]
    [InlineData("\"5,700\",45,\"24,3\",F,N", "HbA1c", "tiene una coma que puede ser decimal o separar millares")]
    [InlineData("\"1,234\",45,\"24,3\",F,N", "HbA1c", "tiene una coma que puede ser decimal o separar millares")]
    [InlineData("\"1.234,5\",45,\"24,3\",F,N", "HbA1c", "no es un número")]
    [InlineData("\"1,234.5\",45,\"24,3\",F,N", "HbA1c", "no es un número")]
    [InlineData("\"5,7,1\",45,\"24,3\",F,N", "HbA1c", "no es un número")]
    [InlineData("\"5,7\",45,24.3,F,N", "BMI", null)]
    public void Read_WithACommaThatMayMeanSomethingElse_LeavesTheRowOutAndSaysWhy(string row, string column, string? why)
    {
        var (report, rows) = Read($"{Header}\n\"5,7\",45,\"24,3\",F,N\n{row}");

        if (why is null)
        {
            // The column has both signs: the point is certain, the comma isn't.
            Assert.Equal([5.7], rows.Select(r => r.Features.HbA1c));
            why = "tiene una coma decimal donde otras filas tienen un punto decimal";
        }
        else
        {
            Assert.Equal([GoodRow], rows);
        }

        var problem = Assert.Single(report.Problems);
        Assert.Equal((column, why), (problem.Column, In("es", problem.Problem)));
    }

    [Theory]
    [InlineData("=\"5.7\",45,24.3,F,N")]
    [InlineData("=\"5.7\",=\"45\",=\"24.3\",=\"F\",=\"N\"")]
    [InlineData("\"=\"\"5.7\"\"\",45,24.3,\"=\"\"F\"\"\",N")]
    [InlineData("\"=\"\"5,7\"\"\",45,24.3,F,\"=\"\"Negative\"\"\"")]
    [InlineData(" =\"5.7\" ,45,24.3,F,N")]
    public void Read_OfTextProtectedValues_ReadsThem(string row) => Assert.Equal([GoodRow], Read($"{Header}\n{row}").Rows);

    [Theory]
    [InlineData("=\"5.7,45,24.3,F,N")]
    [InlineData("=5\".7\",45,24.3,F,N")]
    [InlineData("5\"7\",45,24.3,F,N")]
    [InlineData("=\"5.7\",4\"5,24.3,F,N")]
    [InlineData("=\"5.7\",\"4\"5,24.3,F,N")]
    public void Read_WithAQuoteElsewhere_RefusesTheFile(string row)
    {
        var refusal = Refused(Bytes($"{Header}\n{Good}\n{row}\n{Good}\n"));

        Assert.Equal("The file is no well-formed CSV: see line 3.", In("en", refusal));
        Assert.Equal("El archivo no es un CSV bien formado: vea la línea 3.", In("es", refusal));
    }

    [Theory]
    [InlineData(",,,,")]
    [InlineData(" , ,\t,,")]
    [InlineData("\"\",,,,")]
    [InlineData(",,,,,,,,,")]
    [InlineData(",")]
    [InlineData("  ")]
    public void Read_WithRowsOfEmptyFields_PassesOverThem(string row)
    {
        var (report, rows) = Read($"{Header}\n{row}\n{Good}\n{string.Concat(Enumerable.Repeat(row + "\n", 100))}x,45,24,F,N\n");

        Assert.Equal([GoodRow], rows);
        Assert.Equal((1, 104), (report.Rejected, Assert.Single(report.Problems).Line));
    }

    [Theory]
    [InlineData("Informe de diabetes\nÁrea Sur; marzo de 2026\n", 3)]
    [InlineData("\n\n\n", 4)]
    [InlineData("sep=,\n", 2)]
    [InlineData("Informe \"Diabetes, 2026\" del 5\"\nEdad\n", 3)]
    [InlineData("a\nb\nc\nd\ne\nf\ng\nh\ni\n", 10)]
    public void Read_WithTitlesAboveTheHeader_FindsItAndSaysWhere(string titles, int line)
    {
        var (report, rows) = Read($"{titles}{Header}\n{Good}\nx,45,24,F,N\n");

        Assert.Equal([GoodRow], rows);
        Assert.Equal((line, line + 2), (report.HeaderLine, Assert.Single(report.Problems).Line));
        Assert.Equal([GoodRow], ReadAgain($"{titles}{Header}\n{Good}\nx,45,24,F,N\n", report.Mapping!));
    }

    [Fact]
    public void Read_WithTheHeaderBelowTenLines_IsRefused() =>
        Assert.Equal("missing_columns", Refused(Bytes($"{string.Concat(Enumerable.Repeat("título\n", 10))}{Header}\n{Good}\n")).Code);

    [Theory]
    [InlineData("Yes,No", "Yes, No")]
    [InlineData("0,1,2", "0, 1, 2")]
    [InlineData("Sano,DM2", "Sano, DM2")]
    public void Read_WithUnknownClassWords_ListsThemAndTakesThemWhenMapped(string words, string listed)
    {
        var content = $"{Header}\n" + string.Concat(words.Split(',').Select(w => $"5.7,45,24.3,F,{w}\n"));

        var refusal = Refused(Bytes(content));
        Assert.Equal(
            $"No se conoce ninguna palabra de la columna CLASS: {listed}. Indique qué significa cada una. Si no, CLASS debe ser N, P, Y, Negative, Prediabetes o Diabetes. Indíquelo en una correspondencia de columnas.",
            In("es", refusal));
        var codes = words.Split(',').Select((word, i) => (word, Code: "NPY"[i].ToString())).ToDictionary(c => c.word, c => c.Code);
        var mapping = new CsvMapping { Columns = new Dictionary<string, ColumnMapping> { [ColumnNames.Class] = new() { Codes = codes } } };
        Assert.Equal(DiabetesClasses.All.Take(codes.Count), Read(Bytes(content), mapping).Rows.Select(r => r.Class));
    }

    [Theory]
    [InlineData("Diabético", DiabetesClass.Diabetes)]
    [InlineData("DIABETICA", DiabetesClass.Diabetes)]
    [InlineData("prediabético", DiabetesClass.Prediabetes)]
    [InlineData("Pre diabetes", DiabetesClass.Prediabetes)]
    [InlineData("negativo", DiabetesClass.Negative)]
    public void Read_WithKnownClassWords_NeedsNoMapping(string word, DiabetesClass expected) =>
        Assert.Equal(expected, Assert.Single(Read($"{Header}\n5.7,45,24.3,F,{word}").Rows).Class);

    public static TheoryData<string, string> Refusals { get; } = new()
    {
        { "", "El archivo está vacío." },
        { $"{Header}\n{Good}\n\0", "El archivo es binario, no un texto CSV." },
        { Header, "El archivo no tiene ninguna fila debajo de su encabezado." },
        {
            $"{Header}\n48,45,24,F,N",
            "El archivo no tiene ninguna fila utilizable (1 descartada). Línea 2: HbA1c debe ser mayor que 0 y como máximo 25 %; el valor parece estar en mmol/mol, conviértalo antes a %."
        },
        {
            $"{Header}\n5.7,45,24.3,F",
            "El archivo no tiene ninguna fila utilizable (1 descartada). Línea 2: la fila tiene 4 campos donde el encabezado tiene 5."
        },
        {
            $"{Header}\n48,45,24,F,N\n64,45,24,F,N\n22,45,24,F,N",
            "La columna HbA1c parece estar en mmol/mol, no en %, así que no se ha guardado ninguna fila. Elija la unidad mmol/mol, o llame a la columna «HbA1c (mmol/mol)», y sus valores se convierten (% = 0.09148 · mmol/mol + 2.152). Indíquelo en una correspondencia de columnas."
        },
        { $"{Header},AGE\n{Good},45", "La columna AGE aparece dos veces. Indique cuál es el encabezado correcto. Indíquelo en una correspondencia de columnas." },
        {
            "HbA1c (g/dl),AGE,BMI,Gender,CLASS\n" + Good,
            "El encabezado de la columna HbA1c nombra una unidad desconocida. Elija una de estas: %, mmol/mol, fraction. Indíquelo en una correspondencia de columnas."
        },
        {
            $"{Header}\n{Good}\n5.7,45,24.3,Mujer,N",
            "La columna Gender mezcla codificaciones (f, mujer), así que no es seguro qué significa cada palabra. Indique qué significa cada una. Si no, Gender debe ser M (hombre) o F (mujer). Indíquelo en una correspondencia de columnas."
        },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Read_OfAFileThatIsRefused_SaysWhyInWholeSpanishSentences(string content, string sentence) =>
        Assert.Equal(sentence, In("es", Refused(Bytes(content))));

    private static byte[] Bytes(string content) => Encoding.UTF8.GetBytes(content);

    private static (CsvReport Report, List<LabelledExample> Rows) Read(string content) => Read(Bytes(content));

    private static (CsvReport Report, List<LabelledExample> Rows) Read(byte[] content, CsvMapping? mapping = null)
    {
        List<LabelledExample> rows = [];
        var options = CsvOptions.Default with { Mapping = mapping ?? CsvMapping.Empty };
        return (new ClinicalCsvReader().Read(new MemoryStream(content), options, row => rows.Add(row.Example), default), rows);
    }

    private static List<LabelledExample> ReadAgain(string content, CsvMapping mapping)
    {
        List<LabelledExample> rows = [];
        new ClinicalCsvReader().Read(
            new MemoryStream(Bytes(content)), CsvOptions.AsStored(mapping), row => rows.Add(row.Example), default);
        return rows;
    }

    private static RefusalException Refused(byte[] content, CsvMapping? mapping = null) => Assert.Throws<RefusalException>(
        () => new ClinicalCsvReader().Read(
            new MemoryStream(content), CsvOptions.Default with { Mapping = mapping ?? CsvMapping.Empty }, _ => { }, default));

    private static string In(string language, RefusalException refusal) => In(language, Sentence.Of(refusal.Detail));

    private static string In(string language, Sentence sentence)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            return Texts.Say(sentence);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
