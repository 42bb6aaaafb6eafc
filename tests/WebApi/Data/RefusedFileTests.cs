using System.Net.Http.Headers;
using System.Text;

namespace ModelOps.WebApi.Tests.Data;

/// <summary>Files that are refused whole: each says why in the reader's language, and nothing of it is kept.</summary>
[Collection(ModelsGroup.Name)]
public sealed class RefusedFileTests(ModelsFixture service)
{
    private const string Good = "5.5,40,24,F,N\n6.5,50,27,M,Y\n";

    private const string NoHeader =
        "The file lacks these columns: HbA1c, AGE, BMI, Gender, CLASS. None of its first lines is a header.";

    private const string SinEncabezado =
        "Al archivo le faltan estas columnas: HbA1c, AGE, BMI, Gender, CLASS. Ninguna de sus primeras líneas es un encabezado.";

    private static readonly Refused[] Files =
    [
        new("empty", [], "invalid_dataset", "The file is empty.", "El archivo está vacío."),
        new(
            "header only", Text(Api.Header), "invalid_dataset",
            "The file has no row beneath its header.", "El archivo no tiene ninguna fila debajo de su encabezado."),
        new("no header", Text(Good), "missing_columns", NoHeader, SinEncabezado),
        new(
            "missing columns", Text("HbA1c,AGE\n5,6\n"), "missing_columns",
            "The file lacks these columns: BMI, Gender, CLASS. Its headers are: HbA1c, AGE. Say in a mapping which of them is which column.",
            "Al archivo le faltan estas columnas: BMI, Gender, CLASS. Sus encabezados son: HbA1c, AGE. Indique en una correspondencia de columnas cuál es cuál."),
        new(
            "duplicate header", Text("HbA1c,AGE,BMI,Gender,CLASS,age\n5.5,40,24,F,N,41\n"), "invalid_dataset",
            "The column AGE is there twice. Say which header is the right one. State it in a mapping.",
            "La columna AGE aparece dos veces. Indique cuál es el encabezado correcto. Indíquelo en una correspondencia de columnas."),
        Row("short row", "5.5,40", "the row has 2 fields where the header has 5", "la fila tiene 2 campos donde el encabezado tiene 5"),
        Row("long row", "5.5,40,24,F,N,9", "the row has 6 fields where the header has 5", "la fila tiene 6 campos donde el encabezado tiene 5"),
        Row("decimal comma", "5,5,40,24,F,N", "the row has 6 fields where the header has 5", "la fila tiene 6 campos donde el encabezado tiene 5"),
        Row(
            "thousands", "\"1,000\",40,24,F,N", "HbA1c has a comma that may be a decimal comma or may separate thousands",
            "HbA1c tiene una coma que puede ser decimal o separar millares"),
        Row("NaN", "NaN,40,24,F,N", "HbA1c is not a number", "HbA1c no es un número"),
        Row("infinity", "5.5,Infinity,24,F,N", "AGE is not a number", "AGE no es un número"),
        Row("overflow", "5.5,40,1e999,F,N", "BMI is not a number", "BMI no es un número"),
        Row("text", "high,40,24,F,N", "HbA1c is not a number", "HbA1c no es un número"),
        Row("missing number", "5.5,,24,F,N", "AGE is missing", "AGE falta"),
        Row("age", "5.5,131,24,F,N", "AGE must be between 0 and 130 years", "AGE debe estar entre 0 y 130 años"),
        Binary("NUL", Text(Api.Header + "5.5,4\00,24,F,N\n")),
        Binary("UTF-16 without its mark", Encoding.Unicode.GetBytes(Api.Header + Good)),
        Binary("picture", [0x89, .. "PNG\r\n\u001a\n\0\0"u8]),
        Binary("archive", [.. "PK\u0003\u0004\u0014\0\0\0"u8]),
        new(
            "invalid UTF-8", [.. Text(Api.Header + Good), 0xff, 0xfe, 0xfa, 0x81, (byte)'\n'], "invalid_dataset",
            "The file is neither UTF-8 nor certainly Windows-1252 text. Save it as UTF-8.",
            "El archivo no es texto UTF-8 ni, con seguridad, Windows-1252. Guárdelo como UTF-8."),
        Malformed("unclosed quote", $"{Api.Header}5.5,40,24,\"F,N\n{Good}", 2),
        Malformed("long field", $"{Api.Header}5.5,40,24,F,{new string('N', 100_000)}\n", 2),
        Malformed("many columns", $"HbA1c,AGE,BMI,Gender,CLASS{string.Concat(Enumerable.Repeat(",x", 100_000))}\n{Good}", 1),
        new(
            "unknown words", Text(Api.Header + "5.5,40,24,F,Q\n"), "invalid_dataset",
            "None of the words of the column CLASS is known: Q. Say what each of them means. Otherwise CLASS must be N, P, Y, Negative, Prediabetes or Diabetes. State it in a mapping.",
            "No se conoce ninguna palabra de la columna CLASS: Q. Indique qué significa cada una. Si no, CLASS debe ser N, P, Y, Negative, Prediabetes o Diabetes. Indíquelo en una correspondencia de columnas."),
    ];

    public static TheoryData<string> Kinds => [.. Files.Select(file => file.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Upload_OfAFileThatIsRefused_SaysWhyInBothLanguagesAndKeepsNothing(string kind)
    {
        var (_, csv, code, english, spanish) = Files.Single(file => file.Kind == kind);
        var before = DataSnapshot.Of(service.DataDirectory);

        Assert.Equal(english, await RefuseAsync("en", csv, code));
        Assert.Equal(spanish, await RefuseAsync("es", csv, code));

        Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
    }

    private async Task<string?> RefuseAsync(string language, byte[] csv, string code)
    {
        var name = Api.NewName();
        using var content = new MultipartFormDataContent { { new ByteArrayContent(csv), "file", name } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/model/upload-dataset") { Content = content };
        request.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue(language));

        using var response = await service.Admin.SendAsync(request);

        var problem = await response.ProblemAsync(400, code);
        using var kept = await service.Admin.GetAsync($"/model/datasets/{name}");
        await kept.ProblemAsync(404, "dataset_not_found");
        return problem.GetProperty("detail").GetString();
    }

    private static byte[] Text(string csv) => Encoding.UTF8.GetBytes(csv);

    private static Refused Row(string kind, string row, string english, string spanish) => new(
        kind,
        Text($"{Api.Header}{row}\n"),
        "invalid_dataset",
        $"The file has no usable row (1 left out). Line 2: {english}.",
        $"El archivo no tiene ninguna fila utilizable (1 descartada). Línea 2: {spanish}.");

    private static Refused Binary(string kind, byte[] bytes) => new(
        kind, bytes, "invalid_dataset", "The file is binary, not a CSV text.", "El archivo es binario, no un texto CSV.");

    private static Refused Malformed(string kind, string csv, int line) => new(
        kind,
        Text(csv),
        "invalid_dataset",
        $"The file is no well-formed CSV: see line {line}.",
        $"El archivo no es un CSV bien formado: vea la línea {line}.");

    private sealed record Refused(string Kind, byte[] Csv, string Code, string English, string Spanish);
}
