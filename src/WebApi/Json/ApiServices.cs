using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using ModelOps.WebApi.Errors;
using ModelOps.WebApi.OpenApi;

namespace ModelOps.WebApi.Json;

internal static class ApiServices
{
    /// <summary>Registers controllers that use <see cref="WireJson"/> and return errors as problems.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services
            .AddControllers(options =>
            {
                // Upload endpoints stream their body. A form value provider would read the whole body first.
                options.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                options.InputFormatters.RemoveType<SystemTextJsonInputFormatter>();
                options.InputFormatters.Insert(0, StrictJsonInputFormatter.Instance);

                // The JSON reader and the validators check required values and report them by their wire names.
                options.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;

                // All responses are JSON. The OpenAPI document lists the formatters that remain here.
                options.OutputFormatters.RemoveType<StringOutputFormatter>();
                foreach (var json in options.OutputFormatters.OfType<SystemTextJsonOutputFormatter>())
                {
                    json.SupportedMediaTypes.Clear();
                    json.SupportedMediaTypes.Add("application/json");
                }
            })
            .AddJsonOptions(options => WireJson.Configure(options.JsonSerializerOptions))
            .ConfigureApiBehaviorOptions(options =>
            {
                // ProblemMiddleware writes the body of error statuses, as it does for errors outside controllers.
                options.SuppressMapClientErrors = true;
                options.InvalidModelStateResponseFactory = context => throw JsonRefusals.Of(context.ModelState);
            });

        services.AddSingleton<IObjectModelValidator, NoModelValidation>();
        services.AddTransient<IApiDescriptionProvider, UnboundBodies>();

        // The OpenAPI document describes bodies by these options.
        services.Configure<Microsoft.AspNetCore.Http.Json.JsonOptions>(options => WireJson.Configure(options.SerializerOptions));
        services.AddOpenApi("v1", options => options
            .AddSchemaTransformer<TypesInOpenApi>()
            .AddSchemaTransformer<ColumnsInOpenApi>()
            .AddOperationTransformer<OperationsInOpenApi>()
            .AddDocumentTransformer<DocumentInOpenApi>());
        return services;
    }

    /// <summary>
    /// Bodies are checked by the JSON reader and by the validators of the use cases; no type has attributes that the framework's own
    /// validation would find on its walk through every body.
    /// </summary>
    private sealed class NoModelValidation : IObjectModelValidator
    {
        public void Validate(ActionContext actionContext, ValidationStateDictionary? validationState, string prefix, object? model)
        {
            if (actionContext.ModelState.Count == 0)
            {
                return;
            }

            // Values of the path and the query that were read without an error.
            foreach (var (_, entry) in actionContext.ModelState)
            {
                if (entry.ValidationState == ModelValidationState.Unvalidated)
                {
                    entry.ValidationState = ModelValidationState.Skipped;
                }
            }
        }
    }
}
