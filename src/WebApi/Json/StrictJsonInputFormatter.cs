using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using ModelOps.Application.Predictions;
using ModelOps.Domain;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Json;

/// <summary>
/// Reads JSON bodies. The framework's own formatter reports only the reader's message, which contains type names and submitted values.
/// This formatter has access to the exception and reports the position of the error.
/// </summary>
internal sealed class StrictJsonInputFormatter : TextInputFormatter
{
    /// <summary>Maximum body size. A batch of 10,000 rows has about 1 MB.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    public static readonly StrictJsonInputFormatter Instance = new();

    private static readonly EmptyModelMetadataProvider Metadata = new();

    private StrictJsonInputFormatter()
    {
        SupportedEncodings.Add(UTF8EncodingWithoutBOM);
        SupportedMediaTypes.Add("application/json");
        SupportedMediaTypes.Add("application/*+json");
    }

    /// <summary>Refuses a body of more than <see cref="MaxBytes"/>, at once or when that many bytes have arrived.</summary>
    /// <exception cref="BadHttpRequestException">413</exception>
    public static void LimitBody(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            throw new BadHttpRequestException("The body is too long.", StatusCodes.Status413PayloadTooLarge);
        }

        if (context.Request.ContentLength is null
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBytes;
        }
    }

    /// <summary>Reads the body for an action that has no bound parameter, and refuses what the binding would refuse.</summary>
    /// <exception cref="BadHttpRequestException">413 or 415</exception>
    /// <exception cref="RefusalException">There is no body, or it doesn't follow the contract.</exception>
    public async Task<T> ReadAsync<T>(HttpContext http)
    {
        var context = new InputFormatterContext(
            http, "", new ModelStateDictionary(), Metadata.GetMetadataForType(typeof(T)),
            (stream, encoding) => new StreamReader(stream, encoding));
        if (CanRead(context) && await ReadAsync(context) is { HasError: false } result)
        {
            return result.IsModelSet ? (T)result.Model! : throw JsonRefusals.NoBody();
        }

        throw new BadHttpRequestException("The body isn't JSON in UTF-8.", StatusCodes.Status415UnsupportedMediaType);
    }

    public override async Task<InputFormatterResult> ReadRequestBodyAsync(InputFormatterContext context, Encoding encoding)
    {
        LimitBody(context.HttpContext);
        if (context.TreatEmptyInputAsDefaultValue && await IsEmptyAsync(context.HttpContext.Request))
        {
            return await InputFormatterResult.SuccessAsync(GetDefaultValueForType(context.ModelType)!);
        }

        if (context.ModelType == typeof(PredictBatch) && context.HttpContext.Request.Body is MemoryStream whole
            && PredictionReader.TryReadBatch(whole.GetBuffer().AsSpan(0, (int)whole.Length)) is { } batch)
        {
            return await InputFormatterResult.SuccessAsync(batch);
        }

        try
        {
            var model = await JsonSerializer.DeserializeAsync(
                context.HttpContext.Request.BodyReader, context.ModelType, WireJson.Options, context.HttpContext.RequestAborted);
            return model is null ? throw JsonRefusals.NoBody() : await InputFormatterResult.SuccessAsync(model);
        }
        catch (JsonException exception)
        {
            throw JsonRefusals.Of(exception);
        }
    }

    /// <summary>Whether a body whose length wasn't announced ends before its first byte. Nothing of it is consumed.</summary>
    private static async Task<bool> IsEmptyAsync(HttpRequest request)
    {
        var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
        request.BodyReader.AdvanceTo(read.Buffer.Start);
        return read.Buffer.IsEmpty && read.IsCompleted;
    }
}
