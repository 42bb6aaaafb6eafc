using System.Text.Json.Nodes;
using ModelOps.Build;

namespace ModelOps.WebApi.Tests.OpenApi;

public sealed class OpenApiDiffTests
{
    [Fact]
    public void Compare_OfEqualDocuments_FindsNothing() =>
        Assert.Empty(OpenApiDiff.Compare(Contract.Document, Contract.Document.DeepClone()));

    [Theory]
    [InlineData("paths|/model/active", "null", "GET /model/active", true)]
    [InlineData("paths|/model/new", """{"get": {"operationId": "new", "responses": {}}}""", "GET /model/new", false)]
    [InlineData("paths|/model/active|get|operationId", "\"other\"", "GET /model/active", true)]
    [InlineData("paths|/model/active|get|responses|404", "null", "GET /model/active 404", false)]
    [InlineData("paths|/model/active|get|responses|200", "null", "GET /model/active 200", true)]
    [InlineData("components|schemas|RetrainModel|properties|epochs", "null", "POST /model/retrain body.epochs", true)]
    [InlineData("components|schemas|RetrainModel|properties|folds", """{"type": "integer"}""", "POST /model/retrain body.folds", false)]
    [InlineData("components|schemas|RetrainModel|required", """["epochs"]""", "POST /model/retrain body.epochs", true)]
    [InlineData("components|schemas|RetrainModel|properties|epochs|maximum", "100", "POST /model/retrain body.epochs", true)]
    [InlineData("components|schemas|RetrainModel|properties|epochs|maximum", "100000", "POST /model/retrain body.epochs", false)]
    [InlineData("components|schemas|RetrainModel|properties|epochs|type", "\"string\"", "POST /model/retrain body.epochs", true)]
    [InlineData("components|schemas|ActiveModelAnswer|properties|version", "null", "GET /model/active 200.version", true)]
    [InlineData("components|schemas|ActiveModelAnswer|properties|since", """{"type": "string"}""", "GET /model/active 200.since", false)]
    [InlineData(
        "components|schemas|ActiveModelAnswer|properties|version|type", """["string", "null"]""", "GET /model/active 200.version", true)]
    [InlineData("components|schemas|ActiveModelAnswer|required", """["version"]""", "GET /model/active 200.metrics", true)]
    public void Compare_AfterOneChange_SaysWhereAndWhetherItBreaks(string path, string value, string where, bool breaks)
    {
        var changed = Contract.Document.DeepClone();
        var names = path.Split('|');
        var parent = names[..^1].Aggregate(changed, (node, name) => node[name]!).AsObject();
        parent.Remove(names[^1]);
        if (JsonNode.Parse(value) is { } now)
        {
            parent[names[^1]] = now;
        }

        var changes = OpenApiDiff.Compare(Contract.Document, changed);

        Assert.Contains(changes, change => change.Where == where && change.Breaks == breaks);
        Assert.Equal(breaks, changes.Any(change => change.Breaks));
    }
}
