using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ModelOps.Application.Predictions;
using ModelOps.Domain.Features;

namespace ModelOps.WebApi.OpenApi;

/// <summary>Adds the unit and limits of each clinical column to the OpenAPI document, from the column schema.</summary>
internal sealed class ColumnsInOpenApi : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (!typeof(PatientInput).IsAssignableFrom(context.JsonTypeInfo.Type) || context.JsonPropertyInfo is not null)
        {
            return Task.CompletedTask;
        }

        foreach (var column in FeatureSchema.Current.Columns)
        {
            IOpenApiSchema? found = null;
            if (schema.Properties?.TryGetValue(column.Name, out found) == true && found is OpenApiSchema property)
            {
                Describe(property, column);
            }
        }

        return Task.CompletedTask;
    }

    private static void Describe(OpenApiSchema property, Column column)
    {
        property.Description = column.Unit is null ? column.Outside.ToString() : $"In {column.Unit}; {column.Outside}.";
        if (column.Kind != ColumnKind.Number)
        {
            return;
        }

        var (minimum, maximum) = (Text(column.Minimum), Text(column.Maximum));
        if (column.Minimum.IsExclusive)
        {
            property.ExclusiveMinimum = minimum;
        }
        else
        {
            property.Minimum = minimum;
        }

        if (column.Maximum.IsExclusive)
        {
            property.ExclusiveMaximum = maximum;
        }
        else
        {
            property.Maximum = maximum;
        }
    }

    private static string Text(Limit limit) => limit.Value.ToString(CultureInfo.InvariantCulture);
}
