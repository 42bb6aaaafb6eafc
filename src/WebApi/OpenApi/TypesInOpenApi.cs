using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FluentValidation;
using FluentValidation.Validators;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ModelOps.Application;
using ModelOps.Application.Users;
using ModelOps.Domain.Features;
using ModelOps.Domain.Training;
using ModelOps.WebApi.Controllers;

namespace ModelOps.WebApi.OpenApi;

/// <summary>
/// Gives types to what <see cref="Json.WireJson"/> reads and writes with converters of its own, of which the framework knows nothing, and
/// limits to members whose validator has them.
/// </summary>
internal sealed class TypesInOpenApi : IOpenApiSchemaTransformer
{
    /// <summary>
    /// Names the members that an answer always has. <see cref="DocumentInOpenApi"/> takes it away again: only there is known which schemas
    /// no request uses.
    /// </summary>
    public const string Always = "x-always";

    /// <summary>On a dictionary whose values may be null. Taken away again as <see cref="Always"/> is.</summary>
    public const string NullableValues = "x-nullable-values";

    private static readonly string[] Roles = [UserRoles.Admin, UserRoles.Clinician, UserRoles.User];

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var isParameter = context.ParameterDescription is { Source: { } source } && source != BindingSource.Body;
        var type = context.JsonPropertyInfo?.PropertyType
            ?? (isParameter ? context.ParameterDescription!.Type : context.JsonTypeInfo.Type);
        var isNullable = !isParameter
            && (context.JsonPropertyInfo is { IsGetNullable: true } || Nullable.GetUnderlyingType(type) is not null);
        if (schema is { Type: null, OneOf: null, AnyOf: null } && TypeOf(type) is { } known)
        {
            schema.Type = isNullable && schema.Enum is null ? known | JsonSchemaType.Null : known;
            schema.Format ??= FormatOf(type);
        }

        // The framework leaves out the items where a converter reads them.
        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true && schema.Items is null && ItemOf(type) is { } item)
        {
            schema.Items = new OpenApiSchema { Type = TypeOf(item) };
        }

        if (schema.Type?.HasFlag(JsonSchemaType.Object) == true
            && schema is { AdditionalProperties: null, Properties: null or { Count: 0 } }
            && ValueOf(type) is { } value && TypeOf(value) is { } simple)
        {
            schema.AdditionalProperties = new OpenApiSchema { Type = simple, Format = FormatOf(value) };
        }

        // The framework knows nullable members and elements, but not nullable values of dictionaries.
        if (schema.AdditionalProperties is not null && context.JsonPropertyInfo?.AttributeProvider is PropertyInfo member
            && new NullabilityInfoContext().Create(member) is { GenericTypeArguments: [_, { ReadState: NullabilityState.Nullable }] })
        {
            Mark(schema, NullableValues, true);
        }

        if (schema.Properties is { Count: > 0 })
        {
            Limit(schema, context.JsonTypeInfo.Type, context.ApplicationServices);
            Mark(schema, Always, new JsonArray(
                [.. context.JsonTypeInfo.Properties.Where(IsAlwaysWritten).Select(written => (JsonNode)written.Name)]));
        }

        return Task.CompletedTask;
    }

    private static void Mark(OpenApiSchema schema, string name, JsonNode value)
    {
        schema.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        schema.Extensions[name] = new JsonNodeExtension(value);
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo member) => member.AttributeProvider?
        .GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true).Cast<JsonIgnoreAttribute>()
        .Any(ignored => ignored.Condition == JsonIgnoreCondition.WhenWritingNull) != true;

    private static JsonSchemaType? TypeOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || plain == typeof(DateTime) || plain == typeof(Guid) ? JsonSchemaType.String
            : plain == typeof(double) || plain == typeof(float) ? JsonSchemaType.Number
            : plain == typeof(int) || plain == typeof(long) ? JsonSchemaType.Integer
            : plain == typeof(bool) ? JsonSchemaType.Boolean
            : plain.IsEnum ? JsonSchemaType.String
            : null;
    }

    private static string? FormatOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(DateTime) ? "date-time" : plain == typeof(Guid) ? "uuid" : null;
    }

    private static Type? ItemOf(Type type) => type.IsArray ? type.GetElementType()
        : type.GetInterfaces().Prepend(type).FirstOrDefault(
            t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    private static Type? ValueOf(Type type) => type.GetInterfaces().Prepend(type).FirstOrDefault(
        t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))?.GetGenericArguments()[1];

    private static void Limit(OpenApiSchema schema, Type type, IServiceProvider services)
    {
        using var scope = services.CreateScope();
        if (scope.ServiceProvider.GetService(typeof(IValidator<>).MakeGenericType(type)) is not IValidator validator)
        {
            return;
        }

        foreach (var members in validator.CreateDescriptor().GetMembersWithValidators())
        {
            // A rule about the whole has no member.
            if (members.Key is not null && schema.Properties!.TryGetValue(WireNames.Of(members.Key), out var found)
                && found is OpenApiSchema property)
            {
                foreach (var (rule, _) in members)
                {
                    Limit(property, rule);
                }
            }
        }

        // Their validators' rules are predicates.
        if (schema.Properties!.TryGetValue("role", out var role) && role is OpenApiSchema { Enum: null } named)
        {
            named.Enum = [.. Roles.Select(name => (JsonNode)name)];
            if (named.Type?.HasFlag(JsonSchemaType.Null) == true)
            {
                named.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }

        // Its validator's rule is a predicate, because the limits don't say what is done with a number that isn't finite.
        if (schema.Properties!.TryGetValue("learning_rate", out var rate) && rate is OpenApiSchema { Minimum: null } bounded)
        {
            bounded.Minimum = Text(TrainingParameters.MinLearningRate);
            bounded.Maximum = Text(TrainingParameters.MaxLearningRate);
        }
    }

    private static void Limit(OpenApiSchema property, IPropertyValidator rule)
    {
        switch (rule)
        {
            case IBetweenValidator between:
                (property.Minimum, property.Maximum) = (Text(between.From), Text(between.To));
                break;
            case ILengthValidator length:
                property.MinLength = length.Min > 0 ? length.Min : property.MinLength;
                property.MaxLength = length.Max > 0 ? length.Max : property.MaxLength;
                break;
            case INotEmptyValidator when property.Type == JsonSchemaType.String:
                property.MinLength ??= 1;
                break;
            case IEmailValidator:
                property.Format = "email";
                break;
        }
    }

    private static string Text(object value) =>
        Convert.ToDecimal(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
}
