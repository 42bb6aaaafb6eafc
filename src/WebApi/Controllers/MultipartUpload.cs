using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ModelOps.Application.Datasets;
using ModelOps.Domain.Datasets;

namespace ModelOps.WebApi.Controllers;

/// <summary>
/// Streams the part named <c>file</c> of a multipart request without buffering it in memory or in the system's temporary folder.
/// </summary>
internal static class MultipartUpload
{
    /// <summary>Allowance for boundaries, part headers and other small parts besides the file.</summary>
    private const int Overhead = 64 * 1024;

    /// <summary>
    /// How many bytes are read beyond the size limit. Clients send the whole body before they read the response; closing the connection
    /// early would hide the refusal from them.
    /// </summary>
    private const int Beyond = 64 * 1024 * 1024;

    private const int MaxBoundary = 128;

    public static async Task<T> ReadAsync<T>(
        HttpRequest request, UploadLimits limits, Func<string?, Stream, Task<T>> use, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limits.MaxBytes + Overhead + Beyond;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= MaxBoundary } boundary)
        {
            throw DatasetRefusals.MissingFile();
        }

        var reader = new MultipartReader(boundary.ToString(), request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is { } disposition
                    && HeaderUtilities.RemoveQuotes(disposition.Name) == "file"
                    && disposition.IsFileDisposition())
                {
                    var name = disposition.FileNameStar.HasValue
                        ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
                    return await use(name.Value, section.Body);
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException || (exception is IOException and not BadHttpRequestException
            && exception.Message.StartsWith("Unexpected end", StringComparison.Ordinal)))
        {
            throw DatasetRefusals.InvalidDataset($"The multipart request is broken or was cut off.");
        }

        throw DatasetRefusals.MissingFile();
    }
}
