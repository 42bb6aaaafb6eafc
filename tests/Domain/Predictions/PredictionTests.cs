using ModelOps.Domain.Features;
using ModelOps.Domain.Predictions;
using ModelOps.Domain.Records;

namespace ModelOps.Domain.Tests.Predictions;

public class PredictionTests
{
    private static readonly DateTime Now = new(2025, 11, 11, 15, 30, 45, DateTimeKind.Utc);

    [Fact]
    public void Confirm_TheFirstTime_KeepsWhoSaidWhat()
    {
        var prediction = Predicted();

        Assert.True(prediction.Confirm(DiabetesClass.Diabetes, LabelSource.Lab, "ann", Now));
        Assert.Equal(
            (DiabetesClass.Diabetes, LabelSource.Lab, "ann", Now),
            (prediction.ConfirmedClass, prediction.ConfirmedSource, prediction.ConfirmedBy, prediction.ConfirmedAt));
        Assert.Equal(DiabetesClass.Prediabetes, prediction.Class);
    }

    [Fact]
    public void Confirm_TheSameAgain_ChangesNothing()
    {
        var prediction = Predicted();
        prediction.Confirm(DiabetesClass.Diabetes, LabelSource.Lab, "ann", Now);

        Assert.False(prediction.Confirm(DiabetesClass.Diabetes, LabelSource.Lab, "bob", Now.AddDays(1)));
        Assert.Equal(("ann", Now), (prediction.ConfirmedBy, prediction.ConfirmedAt));
    }

    [Theory]
    [InlineData(DiabetesClass.Negative, LabelSource.Lab)]
    [InlineData(DiabetesClass.Diabetes, LabelSource.Clinician)]
    public void Confirm_SomethingElse_IsRefused(DiabetesClass outcome, LabelSource source)
    {
        var prediction = Predicted();
        prediction.Confirm(DiabetesClass.Diabetes, LabelSource.Lab, "ann", Now);

        var refusal = Assert.Throws<RefusalException>(() => prediction.Confirm(outcome, source, "bob", Now));

        Assert.Equal((RefusalKind.Conflict, "already_labelled"), (refusal.Kind, refusal.Code));
        Assert.Equal(DiabetesClass.Diabetes, prediction.ConfirmedClass);
    }

    [Theory]
    [InlineData(LabelSource.Registered)]
    [InlineData(LabelSource.Imported)]
    public void Confirm_FromAnotherSource_Throws(LabelSource source) =>
        Assert.Throws<ArgumentException>(() => Predicted().Confirm(DiabetesClass.Diabetes, source, "ann", Now));

    [Fact]
    public void ToRecord_WhenNobodyConfirmedIt_Throws() =>
        Assert.Throws<InvalidOperationException>(() => Predicted().ToRecord(Now));

    [Fact]
    public void ToRecord_WhenConfirmed_TakesTheConfirmedClass()
    {
        var prediction = Predicted();
        prediction.Confirm(DiabetesClass.Diabetes, LabelSource.Clinician, "ann", Now);

        var record = prediction.ToRecord(Now.AddMinutes(1));

        Assert.Equal((DiabetesClass.Diabetes, LabelSource.Clinician, "ann"), (record.Class, record.Source, record.CreatedBy));
        Assert.Equal(prediction.Id, record.PredictionId);
        Assert.Equal(prediction.Features, new PatientFeatures(record.HbA1c, record.Age, record.Bmi, record.Gender));
    }

    private static Prediction Predicted() => Prediction.Create(
        Guid.CreateVersion7(), new PatientFeatures(6.1, 50, 27, Gender.M), [0.1, 0.7, 0.2], DiabetesClass.Prediabetes, "v20251111_153045",
            Now);
}
