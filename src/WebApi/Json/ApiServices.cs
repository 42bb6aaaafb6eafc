using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using ModelOps.WebApi.Errors;

namespace ModelOps.WebApi.Json;

internal static class ApiServices
{
    /// <summary>Controllers that read and write JSON as <see cref="WireJson"/> says and refuse as the table of problems says.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services
            .AddControllers(options =>
            {
                // Uploads are streamed by their endpoints; a form provider would read them into memory first.
                options.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                options.InputFormatters.RemoveType<SystemTextJsonInputFormatter>();
                options.InputFormatters.Insert(0, new StrictJsonInputFormatter());

                // The JSON reader and the use cases' validators say what is required, with the names of the wire.
                options.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;

                // Answers are JSON and nothing else; the OpenAPI document lists what is left here.
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
                // Bare statuses get their body in ProblemMiddleware, like those that no controller made.
                options.SuppressMapClientErrors = true;
                options.InvalidModelStateResponseFactory = context => throw JsonRefusals.Of(context.ModelState);
            });

        // The OpenAPI document describes bodies by these options.
        services.Configure<Microsoft.AspNetCore.Http.Json.JsonOptions>(options => WireJson.Configure(options.SerializerOptions));
        services.AddOpenApi("v1", options => options.AddDocumentTransformer<BearerInOpenApi>().AddSchemaTransformer<ColumnsInOpenApi>());
        return services;
    }
}
