using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ModelOps.WebApi.OpenApi;

/// <summary>The type of a JSON body that an action reads itself, without the framework's binding.</summary>
internal interface IReadsBody
{
    Type Type { get; }
}

/// <inheritdoc cref="IReadsBody"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReadsBodyAttribute<T> : Attribute, IReadsBody
{
    public Type Type => typeof(T);
}

/// <summary>Describes the bodies of <see cref="ReadsBodyAttribute{T}"/> as if they were bound.</summary>
internal sealed class UnboundBodies(IModelMetadataProvider metadata) : IApiDescriptionProvider
{
    /// <summary>After the framework's own provider (-1000).</summary>
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        foreach (var description in context.Results)
        {
            if (description.ActionDescriptor.EndpointMetadata.OfType<IReadsBody>().SingleOrDefault() is { } body)
            {
                description.ParameterDescriptions.Add(new ApiParameterDescription
                {
                    Name = "body",
                    Type = body.Type,
                    Source = BindingSource.Body,
                    ModelMetadata = metadata.GetMetadataForType(body.Type),
                    IsRequired = true,
                });
                description.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = "application/json" });
            }
        }
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
    }
}
