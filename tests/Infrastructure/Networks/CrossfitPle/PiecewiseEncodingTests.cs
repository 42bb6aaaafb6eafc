using ModelOps.Domain.Features;
using ModelOps.Infrastructure.Networks.CrossfitPle;

namespace ModelOps.Infrastructure.Tests.Networks.CrossfitPle;

public sealed class PiecewiseEncodingTests
{
    private static readonly PiecewiseEncoding Encoding = new(
        [
            3.0, 3.3, 3.4, 3.6, 4.1, 4.2, 4.4, 4.5, 4.8, 4.9, 5.1, 5.2, 5.4, 5.6, 5.7, 6.0, 6.1, 6.3, 6.4, 6.5, 6.6, 7.0, 7.3, 7.9, 8.5,
            9.0, 9.6, 10.0, 10.9, 11.4, 12.0, 12.5, 13.0,
        ],
        [20, 26, 34, 40, 48, 56, 65, 72, 80],
        [18, 19.25, 20.25, 21.5, 25.5, 29.5, 34, 38, 42]);

    /// <summary>Expected values come from <c>encode</c> of the network's reference in Python.</summary>
    [Theory]
    [InlineData(6.13, 47.5, 26.1, Gender.M, new double[] { 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1 })]
    [InlineData(2, 90, 18, Gender.F, new double[] { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, -1 })]
    [InlineData(12.9, 20, 41.3, Gender.M, new double[] { 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0.824999988079071, 1 })]
    public void Encode_ForAPatient_ReturnsThePiecewiseLinearCode(double hba1c, double age, double bmi, Gender gender, double[] expected)
    {
        int[] columns = [0, 5, 10, 15, 20, 25, 30, 35, 36, 40, 43, 44, 47, 51, 52];
        var code = new double[PiecewiseEncoding.Width];

        Encoding.Encode(new PatientFeatures(hba1c, age, bmi, gender), code);

        Assert.Equal(expected, columns.Select(c => code[c]), (x, y) => Math.Abs(x - y) < 1e-6);
    }

    [Fact]
    public void WriteCode_FromPositions_AgreesWithEncode()
    {
        var exact = new double[PiecewiseEncoding.Width];
        var written = new float[PiecewiseEncoding.Width];
        foreach (var patient in CrossfitSamples.Patients(2_000, seed: 3))
        {
            Encoding.Encode(patient, exact);

            PiecewiseEncoding.WriteCode(
                Encoding.PositionOf(PiecewiseEncoding.HbA1c, patient.HbA1c),
                Encoding.PositionOf(PiecewiseEncoding.Age, patient.Age),
                Encoding.PositionOf(PiecewiseEncoding.Bmi, patient.Bmi),
                PiecewiseEncoding.SignOf(patient.Gender),
                written);

            Assert.Equal(exact, written.Select(v => (double)v), (x, y) => Math.Abs(x - y) < 4e-6);
        }
    }

    [Fact]
    public void Locate_WhenAFeatureHasNoBins_ReturnsZero()
    {
        var constant = new PiecewiseEncoding([6], [], [20, 30]);

        Assert.Equal((0, 0), constant.Locate(PiecewiseEncoding.HbA1c, 9));
        Assert.Equal((0, 0), constant.Locate(PiecewiseEncoding.Age, 50));
        Assert.Equal((0, 1), constant.Locate(PiecewiseEncoding.Bmi, 31));
    }

    [Fact]
    public void Constructor_WhenEdgesDontAscend_Throws() =>
        Assert.Throws<ArgumentException>(() => new PiecewiseEncoding([6, 6], [1, 2], [1, 2]));
}
