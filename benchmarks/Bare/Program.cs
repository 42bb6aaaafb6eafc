using System.Text.Json.Serialization;

// The yardstick of benchmarks/predictions.py: the same server reads and writes the same JSON as POST /model/predict, and does nothing else.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);
var app = builder.Build();
app.MapGet("/health/ready", () => Results.Ok());
app.MapPost("/model/predict", (Input input) => new Answer(
    "Diabetes",
    new Probabilities(input.HbA1c / 100, input.Age / 1000, 1 - (input.HbA1c / 100) - (input.Age / 1000)),
    ["Diabetes"],
    1,
    "v_0000000000000000_000000",
    Guid.CreateVersion7(),
    true));
app.Run();

internal sealed record Input(
    [property: JsonPropertyName("HbA1c")] double HbA1c,
    [property: JsonPropertyName("AGE")] double Age,
    [property: JsonPropertyName("BMI")] double Bmi,
    [property: JsonPropertyName("Gender")] string Gender);

internal sealed record Probabilities(
    [property: JsonPropertyName("Negative")] double Negative,
    [property: JsonPropertyName("Prediabetes")] double Prediabetes,
    [property: JsonPropertyName("Diabetes")] double Diabetes);

internal sealed record Answer(
    string Prediction,
    Probabilities Probabilities,
    string[] Plausible,
    double Agreement,
    string Version,
    Guid PredictionId,
    bool Kept);
