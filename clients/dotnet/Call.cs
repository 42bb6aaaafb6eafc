using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ModelOps.Client;

/// <summary>One request as it is put together. What is null isn't sent.</summary>
internal sealed class Call(HttpMethod method, string path)
{
    private readonly StringBuilder _query = new();
    private readonly List<(string Name, string Value)> _headers = [];
    private Func<HttpContent>? _content;
    private MultipartFormDataContent? _parts;

    public Call Query<T>(string name, T? value)
    {
        if (value is not null)
        {
            _query.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(Text(value)));
        }

        return this;
    }

    public Call Header(string name, string? value)
    {
        if (value is not null)
        {
            _headers.Add((name, value));
        }

        return this;
    }

    public Call Json<T>(T? body)
    {
        if (body is not null)
        {
            _content = () => JsonContent.Create(body, options: ModelOpsClient.Json);
        }

        return this;
    }

    public Call Part(string name, CsvFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        (_parts ??= []).Add(new StreamContent(file.Content), name, file.Name);
        return this;
    }

    public Call Part(string name, string? value)
    {
        if (value is not null)
        {
            (_parts ??= []).Add(new StringContent(value), name);
        }

        return this;
    }

    /// <param name="address">The service's, with a slash at its end.</param>
    /// <param name="accepts">The media type of the answer.</param>
    public HttpRequestMessage Message(Uri address, string accepts)
    {
        var message = new HttpRequestMessage(method, new Uri(address, path + _query)) { Content = _parts ?? _content?.Invoke() };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accepts));
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private static string Text<T>(T value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        Enum member => JsonSerializer.Serialize<object>(member, ModelOpsClient.Json).Trim('"'),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value!.ToString()!,
    };
}
