using System.Net;
using System.Text;

namespace ModelOps.WebApi.Tests.Data;

[Collection(ModelsGroup.Name)]
public sealed class DatasetTests(ModelsFixture service)
{
    private const string Members =
        "success:bool message:string filename:string rows:number columns:number rejected:number problems:array duplicates:number "
        + "class_counts:object sha256:string uploaded_at:time uploaded_by:string warnings:array conversions:array "
        + "encoding:string separator:string header_line:number already_known:number description:string? profile:object";

    private static readonly string Rows = string.Concat(Enumerable.Repeat("5.1,40,25,M,N\n6.0,50,28,F,P\n8.0,60,31,M,Y\n", 5));

    [Fact]
    public async Task Upload_OfAGoodFile_IsReportedAndKept()
    {
        var name = Api.NewName();
        using var response = await service.Admin.UploadAsync(name, Api.Header + Rows + "x,40,25,M,N\n");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"/model/datasets/{name}", response.Headers.Location?.OriginalString);
        var answer = await response.JsonAsync();
        Shape.Is(answer, Members);
        Shape.AllAre(answer.GetProperty("problems"), "line:number column:string problem:string");
        Shape.Is(answer.GetProperty("class_counts"), "Negative:number Prediabetes:number Diabetes:number");
        Assert.Equal([15, 5, 1, 12], new[] { "rows", "columns", "rejected", "duplicates" }.Select(m => answer.GetProperty(m).GetInt32()));
        Assert.Equal(17, answer.GetProperty("problems")[0].GetProperty("line").GetInt32());
        Assert.Equal("HbA1c", answer.GetProperty("problems")[0].GetProperty("column").GetString());
        Assert.Equal(answer.ToString(), (await service.Admin.JsonAsync($"/model/datasets/{name}")).ToString());
    }

    [Theory]
    [InlineData("\n", ",", ".")]
    [InlineData("\r\n", ",", ".")]
    [InlineData("\r", ",", ".")]
    [InlineData("\n", ";", ",")]
    [InlineData("\r", ";", ",")]
    public async Task Upload_WithAnyLineEndAndSeparator_IsReadTheSame(string lineEnd, string separator, string decimalSign)
    {
        var csv = (Api.Header + Rows).Replace(",", ";", StringComparison.Ordinal).Replace(".", decimalSign, StringComparison.Ordinal)
            .Replace(";", separator, StringComparison.Ordinal).Replace("\n", lineEnd, StringComparison.Ordinal);
        using var response = await service.Admin.UploadAsync(Api.NewName(), csv);

        var answer = await response.JsonAsync();
        Assert.Equal((15, 0), (answer.GetProperty("rows").GetInt32(), answer.GetProperty("rejected").GetInt32()));
    }

    [Fact]
    public async Task Upload_WhenStrict_RefusesTheFileAtTheFirstBadRow()
    {
        using var response = await service.Admin.UploadAsync(Api.NewName(), Api.Header + Rows + "5.1,140,25,M,N\n", "?strict=true");

        var problem = await response.ProblemAsync(400, "invalid_dataset");
        Assert.Contains("Line 17: AGE", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("140", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("form-data; name=\"file\"; filename=\"../../x.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"..\\x.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"/etc/cron.d/x.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"%2e%2e%2fx.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"con.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\".hidden.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"x.txt\"")]
    [InlineData("form-data; name=\"file\"; filename=\"a b.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"\u00e9.csv\"")]
    [InlineData("form-data; name=\"file\"; filename=\"x\0.csv\"")]
    [InlineData("form-data; name=\"file\"; filename*=UTF-8''..%2Fx.csv")]
    public async Task Upload_UnderAnyOtherName_Is400AndWritesNothing(string disposition)
    {
        var before = DataSnapshot.Of(service.DataDirectory);
        using var response = await service.Admin.UploadRawAsync(Encoding.UTF8.GetBytes(disposition), Api.Header + Rows);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains((await response.JsonAsync()).GetProperty("code")
            .GetString(), (string[])["invalid_dataset_name", "missing_file", "invalid_dataset"]);
        Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
    }

    [Fact]
    public async Task Upload_OfATakenName_Is409WhateverItsLetterCase()
    {
        var name = await service.Admin.SampleDatasetAsync(20);

        using var again = await service.Admin.UploadAsync(name.ToUpperInvariant(), Api.Header + Rows);

        await again.ProblemAsync(409, "dataset_exists");
    }

    [Fact]
    public async Task Upload_TenAtOnceUnderOneName_KeepsExactlyOne()
    {
        var name = Api.NewName();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => service.Admin.UploadAsync(name, Api.Header + Rows)));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.Created), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        Assert.Single(Directory.GetFiles(Path.Combine(service.DataDirectory, "datasets")), f => f.EndsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_000_000)]
    public async Task Upload_BeyondTheLimit_Is413EvenToAClientThatWritesBeforeItReads(int beyond)
    {
        await using var small = await ServiceFixture.StartAsync(("ModelOps:MaxUploadBytes", "100000"));
        using var admin = await small.AdminAsync();
        var csv = new byte[100_000 + beyond];
        Encoding.ASCII.GetBytes(Api.Header).CopyTo(csv, 0);
        csv.AsSpan(Api.Header.Length).Fill((byte)'\n');

        using var response = await admin.UploadAsync("large.csv", csv);

        await response.ProblemAsync(413, "upload_too_large");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(small.Settings["ModelOps:DataDirectory"]!, "staging")));
    }

    [Fact]
    public async Task Upload_WithoutAFile_Is400()
    {
        using var noFile = await service.Admin.UploadRawAsync("form-data; name=\"other\"; filename=\"x.csv\""u8.ToArray(), Api.Header + Rows);
        await noFile.ProblemAsync(400, "missing_file");

        using var noMultipart = await service.Admin.PostTextAsync("/model/upload-dataset", "{}");
        await noMultipart.ProblemAsync(400, "missing_file");
    }

    [Fact]
    public async Task List_OfDatasets_ShowsTheNewestFirst()
    {
        var older = await service.Admin.SampleDatasetAsync(20);
        var newer = await service.Admin.SampleDatasetAsync(20);

        var list = await service.Admin.JsonAsync("/model/datasets");

        Shape.AllAre(list.GetProperty("datasets"), "filename:string rows:number rejected:number class_counts:object sha256:string uploaded_at:time uploaded_by:string description:string?");
        Assert.Equal([newer, older], list.GetProperty("datasets").EnumerateArray().Take(2).Select(d => d.GetProperty("filename").GetString()));
    }

    [Fact]
    public async Task Delete_OfADataset_TakesItAwayOnce()
    {
        var name = await service.Admin.SampleDatasetAsync(20);

        using var first = await service.Admin.DeleteAsync($"/model/datasets/{name}");
        Shape.Is(await first.JsonAsync(), "success:bool message:string");
        using var second = await service.Admin.DeleteAsync($"/model/datasets/{name}");
        await second.ProblemAsync(404, "dataset_not_found");
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(service.DataDirectory, "datasets")), f =>
            f.EndsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("..%2fmodelops.db")]
    [InlineData("..%5cx.csv")]
    [InlineData("%252e%252e%252fx.csv")]
    [InlineData("%EF%BC%8E%EF%BC%8Ex.csv")]
    [InlineData("x'; drop table datasets")]
    [InlineData(".csv")]
    public async Task Delete_OfAnyOtherName_Is400AndTouchesNothing(string name)
    {
        var before = DataSnapshot.Of(service.DataDirectory);
        using var response = await service.Admin.DeleteAsync($"/model/datasets/{name}");

        await response.ProblemAsync(400, "invalid_dataset_name");
        Assert.Equal(before, DataSnapshot.Of(service.DataDirectory));
    }
}
