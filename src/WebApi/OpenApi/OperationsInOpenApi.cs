using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;
using ModelOps.WebApi.Auth;
using ModelOps.WebApi.Controllers;

namespace ModelOps.WebApi.OpenApi;

/// <summary>Adds to each operation what <see cref="OperationTable"/> says of it, its errors, its headers and its examples.</summary>
internal sealed class OperationsInOpenApi : IOpenApiOperationTransformer
{
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["limit"] = "How many the page has at most.",
        ["cursor"] = "next_cursor of the page before; left out for the first page.",
        ["strict"] = "Whether one row that breaks a rule refuses the whole file.",
        ["confirm"] = "Codes of warnings that are confirmed, separated by commas.",
        ["version"] = "A version's name, such as v20251111_153045.",
        ["name"] = "The name.",
        ["id"] = "The identifier, as the list shows it.",
        ["jobId"] = "The job_id that the retraining answered.",
        ["predictionId"] = "The prediction_id that the prediction answered.",
        ["class"] = "N, P, Y or the class in full.",
        ["source"] = "registered, imported, lab or clinician.",
        ["import"] = "Only the records of this import.",
        ["from"] = "Only what was created at this time or later.",
        ["to"] = "Only what was created before this time.",
        ["status"] = "Only jobs with this status.",
        ["confirmed"] = "Only predictions with a confirmed diagnosis, or only those without.",
        ["reference"] = "The hospital's own reference, compared by its keyed hash.",
        ["q"] = "Text in the name, number, note or tags.",
        ["tag"] = "Only versions with this tag.",
        ["dataset"] = "Only versions that were trained on this dataset.",
        ["beats_baselines"] = "Only versions that beat every simple rule, or only those that don't.",
        ["in_service"] = "Only versions that are or were in service, or only those that never were.",
        ["sort"] = "newest (default), oldest or macro_f1, the highest first.",
        ["count"] = "Whether the answer has total, the number of all that the filter finds.",
        ["baseline"] = "The version to compare with; the one in service if left out.",
        ["candidate"] = "The version to judge.",
        [IdempotencyHeader.Name] = "The same key and body give the first answer again; with another body, 422 idempotency_key_reused.",
    };

    private static readonly Dictionary<string, (string Description, string Example)> Headers = new(StringComparer.Ordinal)
    {
        ["Location"] = ("The address of what was created.", "/model/jobs/01980000-0000-7000-8000-000000000001"),
        ["Retry-After"] = ("Seconds until another try makes sense.", "1"),
        ["Preference-Applied"] = ("The preference that was followed.", "wait=60"),
        ["ETag"] = ("Changes with the content. Send it as If-None-Match.", "\"638984034450000000\""),
        ["WWW-Authenticate"] = ("The scheme of the credentials that are missing.", "Bearer"),
        ["Prefer"] = ("wait=N: wait for up to N seconds (at most 600) for the end of the training.", "wait=60"),
        ["If-None-Match"] = ("The ETag of an earlier answer; 304 without a body where nothing has changed.", "\"638984034450000000\""),
    };

    private static readonly JsonObject Examples = ReadExamples();

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var description = context.Description;
        var (method, path) = (description.HttpMethod!, "/" + description.RelativePath);
        if (OperationTable.Find(method, path) is not { } text)
        {
            return Task.CompletedTask;
        }

        var metadata = description.ActionDescriptor.EndpointMetadata;
        operation.OperationId = text.Id;
        operation.Summary = text.Summary;
        operation.Description = $"{text.Description}\n\n{Rights(metadata)}";
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [];
        }

        var isUpload = text.Id is "uploadDataset" or "previewCsv" or "importRecords";
        DescribeParameters(operation, text);
        DescribeBody(operation, text, isUpload);
        DescribeAnswers(operation, text, context.Document!);
        var errors = OperationErrors.Of(
            text, method, metadata, operation.RequestBody is not null, isUpload, operation.Parameters is { Count: > 0 });
        foreach (var (status, codes) in errors)
        {
            var common = OperationErrors.Common.FirstOrDefault(each => each.Status == status && each.Codes.SetEquals(codes)).Name;
            operation.Responses!.TryAdd(
                status.ToString(CultureInfo.InvariantCulture),
                common is null ? Error(status, codes, context.Document!) : new OpenApiResponseReference(common, context.Document));
        }

        operation.Responses!["default"] = new OpenApiResponseReference(OperationErrors.Other, context.Document);

        return Task.CompletedTask;
    }

    private static string Rights(IList<object> metadata)
    {
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            return "Open to everybody.";
        }

        var role = metadata.OfType<IAuthorizeData>().Select(rule => rule.Policy).FirstOrDefault(policy => policy is not null) switch
        {
            Policies.Admin => "the role ADMIN",
            Policies.Clinician => "the role ADMIN or CLINICIAN",
            _ => "somebody who is signed in",
        };
        var scopes = metadata.OfType<TokenScopeAttribute>().SelectMany(scope => scope.Scopes).ToArray();
        return $"Needs {role}" + (metadata.OfType<SessionOnlyAttribute>().Any() ? ", and no personal access token."
            : scopes.Length > 0 ? $". Personal access tokens with scopes need {string.Join(" or ", scopes)}."
            : ". Personal access tokens with scopes are refused.");
    }

    private static void DescribeParameters(OpenApiOperation operation, OperationText text)
    {
        // What a bound record computes isn't a parameter.
        var parameters = (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p.Name is not ("Size" or "Fetch")).ToList();
        foreach (var parameter in parameters)
        {
            // The filter by class is no clinical column, and has its name in small letters.
            parameter.Name = parameter.In != ParameterLocation.Query ? parameter.Name
                : parameter.Name!.Equals("class", StringComparison.OrdinalIgnoreCase) ? "class"
                : WireNames.Of(parameter.Name);
            parameter.Description = Parameters.GetValueOrDefault(parameter.Name!);
            if (parameter.Schema is OpenApiSchema schema)
            {
                Limit(parameter, schema);
            }
        }

        parameters.AddRange(text.Reads.Select(name => new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = Headers[name].Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = Headers[name].Example,
        }));
        operation.Parameters = [.. parameters];
    }

    private static void Limit(OpenApiParameter parameter, OpenApiSchema schema)
    {
        switch (parameter.Name)
        {
            case "limit":
                schema.Minimum = PageRequest.MinLimit.ToString(CultureInfo.InvariantCulture);
                schema.Maximum = PageRequest.MaxLimit.ToString(CultureInfo.InvariantCulture);
                schema.Default = PageRequest.DefaultLimit;
                break;
            case IdempotencyHeader.Name:
                schema.MinLength = 1;
                schema.MaxLength = IdempotentRequest.MaxKey;
                schema.Pattern = "^[!-~]+$";
                break;
            case "jobId" or "predictionId":
                schema.Format = "uuid";
                break;
            case "candidate":
                parameter.Required = true;
                break;
            case "sort":
                schema.Enum = ["newest", "oldest", "macro_f1"];
                break;
            case "from" or "to":
                schema.Format = "date-time";
                break;
        }
    }

    private static void DescribeBody(OpenApiOperation operation, OperationText text, bool isUpload)
    {
        if (isUpload)
        {
            operation.RequestBody = UploadBody();
            return;
        }

        if (operation.RequestBody is OpenApiRequestBody { Content: { } content })
        {
            content.Remove("application/*+json");
            if (content.TryGetValue("application/json", out var json))
            {
                json.Example = Examples[text.Id]?["request"]?.DeepClone();
            }
        }
    }

    private static OpenApiRequestBody UploadBody() => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["multipart/form-data"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { UploadParts.File },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        [UploadParts.File] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.String,
                            Format = "binary",
                            Description = "The CSV file, up to ModelOps__MaxUploadBytes; once. Its file name ends in .csv.",
                        },
                        ["mapping"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.String,
                            Description = "JSON, a CsvMapping: headers, units and codings of the columns where they aren't certain.",
                        },
                        ["confirm"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.String,
                            Description = "Codes of warnings that are confirmed, separated by commas.",
                        },
                        ["name"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Another name for the dataset." },
                    },
                },
            },
        },
    };

    private static void DescribeAnswers(OpenApiOperation operation, OperationText text, OpenApiDocument document)
    {
        operation.Responses ??= [];
        if (text.Headers.Contains("304 ETag"))
        {
            operation.Responses.TryAdd("304", new OpenApiResponse { Description = "Nothing has changed." });
        }

        foreach (var (status, response) in operation.Responses)
        {
            if (response is not OpenApiResponse answer)
            {
                continue;
            }

            // Its body isn't JSON, or has no type.
            answer.Content = (text.Id, status) switch
            {
                ("downloadVersionFile", "200") => Binary("application/octet-stream"),
                ("downloadDatasetRows", "200") => Binary("text/csv"),
                ("watchJob", "200") => new Dictionary<string, OpenApiMediaType>
                {
                    ["text/event-stream"] = new() { Schema = new OpenApiSchemaReference(nameof(JobAnswer), document) },
                },
                ("getLiveness", "200") => new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Object,
                            Required = new HashSet<string> { "status" },
                            Properties = new Dictionary<string, IOpenApiSchema>
                            {
                                ["status"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["live"] },
                            },
                        },
                    },
                },
                _ => answer.Content,
            };
            if (answer.Content?.TryGetValue("application/json", out var json) == true)
            {
                json.Example = Examples[text.Id]?["answers"]?[status]?.DeepClone();
            }

            AddHeaders(
                answer,
                text.Headers.Where(header => header.StartsWith(status, StringComparison.Ordinal)).Select(header => header[4..]));
        }
    }

    private static Dictionary<string, OpenApiMediaType> Binary(string type) => new()
    {
        [type] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
    };

    public static OpenApiResponse Error(int status, SortedSet<string> codes, OpenApiDocument document)
    {
        var response = new OpenApiResponse
        {
            Description = $"{ReasonPhrases.GetReasonPhrase(status)}: {string.Join(", ", codes)}.",
            Content = ProblemContent(new OpenApiSchema
            {
                AllOf =
                [
                    new OpenApiSchemaReference(DocumentInOpenApi.Problem, document),
                    new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. codes.Select(code => (JsonNode)code)] },
                        },
                    },
                ],
            }),
        };
        AddHeaders(response, status switch { 401 => ["WWW-Authenticate"], 429 or 503 => ["Retry-After"], _ => [] });
        return response;
    }

    public static Dictionary<string, OpenApiMediaType> ProblemContent(IOpenApiSchema schema) => new()
    {
        ["application/problem+json"] = new() { Schema = schema },
    };

    private static void AddHeaders(OpenApiResponse response, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers[name] = new OpenApiHeader
            {
                Description = Headers[name].Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = Headers[name].Example,
            };
        }
    }

    private static JsonObject ReadExamples()
    {
        using var stream = typeof(OperationsInOpenApi).Assembly.GetManifestResourceStream("openapi-examples.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
