using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ModelOps.WebApi.OpenApi;

/// <summary>The command <c>openapi</c>: writes the OpenAPI document to the standard output, without starting the service.</summary>
internal static class OpenApiCommand
{
    public static async Task<int> RunAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var provider = scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1");
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None));
        return 0;
    }
}
