using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Formatters;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Json;

/// <summary>
/// Reads JSON bodies. The framework's own formatter passes on nothing but the reader's message, which names types of
/// ours and repeats what was sent; this one still has the exception and says where the mistake is.
/// </summary>
internal sealed class StrictJsonInputFormatter : TextInputFormatter
{
    public StrictJsonInputFormatter()
    {
        SupportedEncodings.Add(UTF8EncodingWithoutBOM);
        SupportedMediaTypes.Add("application/json");
        SupportedMediaTypes.Add("application/*+json");
    }

    public override async Task<InputFormatterResult> ReadRequestBodyAsync(InputFormatterContext context, Encoding encoding)
    {
        try
        {
            var model = await JsonSerializer.DeserializeAsync(
                context.HttpContext.Request.Body, context.ModelType, WireJson.Options, context.HttpContext.RequestAborted);
            return model is null ? throw JsonRefusals.NoBody() : await InputFormatterResult.SuccessAsync(model);
        }
        catch (JsonException exception)
        {
            throw JsonRefusals.Of(exception);
        }
    }
}
