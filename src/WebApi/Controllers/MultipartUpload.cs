using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Domain;
using ModelOps.Domain.Datasets;
using ModelOps.WebApi.Errors;
using ModelOps.WebApi.Json;

namespace ModelOps.WebApi.Controllers;

/// <summary>The part named <c>file</c> of a multipart request.</summary>
internal sealed record UploadedFile(string? Name, Stream Content);

/// <summary>The small parts of a multipart request, before or after the file.</summary>
internal sealed class UploadParts
{
    public const string File = "file";

    private const int MaxBytes = 64 * 1024;
    private const string Confirm = "confirm";
    private const string Name = "name";

    private static readonly string[] Known = [CsvMappingRules.Field, Confirm, Name];

    private readonly Dictionary<string, string> _parts = new(StringComparer.Ordinal);

    /// <exception cref="RefusalException"><c>validation_failed</c>: the part isn't known, is there twice or too large.</exception>
    public async Task AddAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        if (!Known.Contains(name))
        {
            throw InvalidRequest.Refusal(
                name.Length is > 0 and <= 100 ? name : "body", Texts.Say($"isn't a known part. The parts are {File}, {string.Join(", ", Known)}."));
        }

        var buffer = new byte[MaxBytes + 1];
        var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (read > MaxBytes)
        {
            throw InvalidRequest.Refusal(name, Texts.Say($"has more than {MaxBytes} bytes."));
        }

        if (!_parts.TryAdd(name, Encoding.UTF8.GetString(buffer, 0, read)))
        {
            throw Twice(name);
        }
    }

    /// <param name="confirm">Codes in the query; those of the part are added.</param>
    /// <exception cref="RefusalException"><c>validation_failed</c>: the mapping doesn't follow the contract.</exception>
    public UploadForm ToForm(bool strict, string? confirm)
    {
        var confirmed = $"{confirm},{_parts.GetValueOrDefault(Confirm)}"
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return new UploadForm(new CsvOptions(strict, confirmed) { Mapping = ReadMapping() }, _parts.GetValueOrDefault(Name));
    }

    public static RefusalException Twice(string name) => InvalidRequest.Refusal(name, Texts.Say($"is there twice."));

    private CsvMapping ReadMapping()
    {
        if (!_parts.TryGetValue(CsvMappingRules.Field, out var json))
        {
            return CsvMapping.Empty;
        }

        try
        {
            return JsonSerializer.Deserialize<CsvMapping>(json, WireJson.Options)
                ?? throw InvalidRequest.Refusal(CsvMappingRules.Field, Texts.Say($"must not be null."));
        }
        catch (JsonException exception)
        {
            throw JsonRefusals.Of(exception, CsvMappingRules.Field);
        }
    }
}

/// <summary>
/// Streams the part named <c>file</c> of a multipart request without buffering it in memory or in the system's temporary folder.
/// </summary>
internal static class MultipartUpload
{
    /// <summary>Allowance for boundaries, part headers and other small parts besides the file.</summary>
    private const int Overhead = 256 * 1024;

    /// <summary>
    /// How many bytes are read beyond the size limit. Clients send the whole body before they read the response; closing the connection
    /// early would hide the refusal from them.
    /// </summary>
    private const int Beyond = 64 * 1024 * 1024;

    private const int MaxBoundary = 128;

    /// <param name="use">Takes the file, and the other parts. Those are complete once the file's content has been read to its end.</param>
    public static async Task<T> ReadAsync<T>(
        HttpRequest request, UploadLimits limits, Func<UploadedFile, Func<UploadParts>, Task<T>> use, CancellationToken cancellationToken)
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

        var sections = new Sections(new MultipartReader(boundary.ToString(), request.Body));
        try
        {
            return await sections.FindFileAsync(cancellationToken) is { } file
                ? await use(file, () => sections.Parts)
                : throw DatasetRefusals.MissingFile();
        }
        catch (Exception exception) when (exception is InvalidDataException || (exception is IOException and not BadHttpRequestException
            && exception.Message.StartsWith("Unexpected end", StringComparison.Ordinal)))
        {
            throw DatasetRefusals.InvalidDataset($"The multipart request is broken or was cut off.");
        }
    }

    /// <summary>The parts of a request in their order.</summary>
    private sealed class Sections(MultipartReader reader)
    {
        public UploadParts Parts { get; } = new();

        /// <summary>Reads the parts up to the file; null if there is none.</summary>
        public async Task<UploadedFile?> FindFileAsync(CancellationToken cancellationToken)
        {
            RefusalException? unknown = null;
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is { } disposition && IsFile(disposition))
                {
                    var name = disposition.FileNameStar.HasValue
                        ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
                    return unknown is null ? new UploadedFile(name.Value, new FileThenParts(section.Body, this)) : throw unknown;
                }

                try
                {
                    await AddAsync(section, cancellationToken);
                }
                catch (RefusalException refusal)
                {
                    // That the file is missing is the more helpful answer.
                    unknown ??= refusal;
                }
            }

            return null;
        }

        /// <summary>Reads the parts behind the file.</summary>
        public async Task ReadRestAsync(CancellationToken cancellationToken)
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                await AddAsync(section, cancellationToken);
            }
        }

        private static bool IsFile(ContentDispositionHeaderValue disposition) =>
            HeaderUtilities.RemoveQuotes(disposition.Name) == UploadParts.File && disposition.IsFileDisposition();

        private Task AddAsync(MultipartSection section, CancellationToken cancellationToken)
        {
            var disposition = section.GetContentDispositionHeader();
            var name = disposition is null ? "" : HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
            return name == UploadParts.File
                ? throw UploadParts.Twice(UploadParts.File)
                : Parts.AddAsync(name, section.Body, cancellationToken);
        }
    }

    /// <summary>The bytes of the file. At their end, the parts behind it are read.</summary>
    private sealed class FileThenParts(Stream file, Sections sections) : Stream
    {
        private bool _ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await file.ReadAsync(buffer, cancellationToken);
            if (read == 0 && buffer.Length > 0 && !_ended)
            {
                _ended = true;
                await sections.ReadRestAsync(cancellationToken);
            }

            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
