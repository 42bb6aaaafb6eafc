using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ModelOps.Application.Records;
using ModelOps.Domain.Records;

namespace ModelOps.WebApi.OpenApi;

/// <summary>Title, server, tags, credentials, problems, and what only the whole document shows of its schemas.</summary>
internal sealed partial class DocumentInOpenApi(HttpSettings http) : IOpenApiDocumentTransformer
{
    public const string Problem = "Problem";

    private const string OneOrMany = "OneOrManyOfRecordInput";
    private const string Bearer = "Bearer";
    private const string Session = "Session";

    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal)
    {
        ["Sign-in"] = "Tokens, sessions and one's own password.",
        ["Datasets"] = "Uploaded CSV files and how they are read.",
        ["Health"] = "For supervisors and load balancers.",
        ["Labels"] = "Kept predictions and their confirmed diagnoses.",
        ["Predictions"] = "Answers of the version in service.",
        ["Records"] = "The labelled records of the database.",
        ["Training"] = "Retraining and its progress.",
        ["Users"] = "Accounts, for administrators.",
        ["Versions"] = "Trained networks, and which of them is in service.",
    };

    public async Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "ModelOps";
        document.Info.Description =
            "Retrains, compares, activates and serves a classifier of diabetes. Every error is a problem (RFC 9457) whose code is stable. "
            + "Unknown members of a body are refused. HEAD is answered wherever GET is.";
        document.Info.License = new OpenApiLicense { Name = "All rights reserved", Identifier = "LicenseRef-All-Rights-Reserved" };

        // Relative to the address of the document, and so right under each name of the service.
        var at = http.PathBase.Value is { Length: > 0 } path ? path : "/";
        document.Servers = [new OpenApiServer { Url = at, Description = "This installation" }];
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
        {
            tag.Description = Tags.GetValueOrDefault(tag.Name!);
        }

        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "access_token of POST /auth/login, or a personal access token of POST /auth/tokens",
            },
            [Session] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "modelops.session",
                Description = "The dashboard's session. Changes also need its antiforgery token in the header X-CSRF-TOKEN.",
            },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Session, document)] = [] },
        ];
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = ProblemSchema();
        document.Components.Responses = new Dictionary<string, IOpenApiResponse>();
        foreach (var (name, status, codes) in OperationErrors.Common)
        {
            document.Components.Responses[name] = OperationsInOpenApi.Error(status, codes, document);
        }

        document.Components.Responses[OperationErrors.Other] = new OpenApiResponse
        {
            Description = "Any other problem, such as 404 not_found, 405 method_not_allowed, 414 address_too_long or 431 headers_too_large.",
            Content = OperationsInOpenApi.ProblemContent(new OpenApiSchemaReference(Problem, document)),
        };
        var record = await context.GetOrCreateSchemaAsync(typeof(RecordInput), cancellationToken: cancellationToken);
        document.Components.Schemas[nameof(RecordInput)] = record;
        var reference = new OpenApiSchemaReference(nameof(RecordInput), document);
        document.Components.Schemas[OneOrMany] = new OpenApiSchema
        {
            OneOf =
            [
                reference,
                new OpenApiSchema { Type = JsonSchemaType.Array, Items = reference, MinItems = 1, MaxItems = LabelledRecord.MaxPerRequest },
            ],
        };
        await FinishSchemasAsync(document, cancellationToken);
    }

    private static OpenApiSchema ProblemSchema()
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "RFC 9457. detail is one sentence that a person can act on, in the language of Accept-Language (en, es).",
            Required = new HashSet<string> { "type", "title", "status", "detail", "code", "trace_id" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = text,
                ["title"] = text,
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["detail"] = text,
                ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable across releases." },
                ["trace_id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Quote it when you report an error." },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "Messages by the request's field, where the code is validation_failed.",
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = text },
                },
            },
        };
    }

    /// <summary>
    /// Removes what the framework describes and no operation uses, such as streams. Says of answers which members they always have, and
    /// that they may get new ones.
    /// </summary>
    private static async Task FinishSchemasAsync(OpenApiDocument document, CancellationToken cancellationToken)
    {
        var json = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken))!;
        var schemas = json["components"]!["schemas"]!.AsObject();
        var used = Reachable($"{json["paths"]!.ToJsonString()} {json["components"]!["responses"]!.ToJsonString()}", schemas);
        var bodies = json["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject())
            .Select(operation => (operation.Value as JsonObject)?["requestBody"]?.ToJsonString() ?? "");
        var sent = Reachable(string.Join(' ', bodies), schemas);
        var described = document.Components!.Schemas!;
        foreach (var (name, known) in described.ToList())
        {
            foreach (var property in (known.Properties?.Values ?? []).OfType<OpenApiSchema>()
                .Where(property => property.Extensions?.Remove(TypesInOpenApi.NullableValues) == true))
            {
                property.AdditionalProperties = property.AdditionalProperties is OpenApiSchema { Type: { } type } simple
                    ? Nullable(simple, type)
                    : new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, property.AdditionalProperties!] };
            }

            if (!used.Contains(name))
            {
                described.Remove(name);
            }
            else if (known is OpenApiSchema { Extensions: { } extensions } schema
                && extensions.Remove(TypesInOpenApi.Always, out var always) && !sent.Contains(name))
            {
                schema.Required = ((JsonNodeExtension)always).Node!.AsArray().Select(member => member!.GetValue<string>()).ToHashSet();
                schema.AdditionalPropertiesAllowed = true;
            }
        }
    }

    private static OpenApiSchema Nullable(OpenApiSchema schema, JsonSchemaType type)
    {
        schema.Type = type | JsonSchemaType.Null;
        return schema;
    }

    private static HashSet<string> Reachable(string from, JsonObject schemas)
    {
        HashSet<string> found = [];
        Queue<string> texts = new([from]);
        while (texts.TryDequeue(out var text))
        {
            foreach (var name in References().Matches(text).Select(match => match.Groups[1].Value))
            {
                if (found.Add(name) && schemas[name] is { } schema)
                {
                    texts.Enqueue(schema.ToJsonString());
                }
            }
        }

        return found;
    }

    [GeneratedRegex("#/components/schemas/([A-Za-z0-9_]+)")]
    private static partial Regex References();
}
