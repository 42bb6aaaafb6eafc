using ModelOps.Domain.Features;

namespace ModelOps.Infrastructure.Networks.MlpBn;

/// <summary>
/// Standardises inputs: (x − mean) / scale, with the population standard deviation (scikit-learn's <c>StandardScaler</c>).
/// A constant feature has scale 1. Arrays are in the order of <see cref="PatientFeatures.Names"/>.
/// </summary>
internal sealed class StandardScaler
{
    public StandardScaler(IReadOnlyList<double> mean, IReadOnlyList<double> scale)
    {
        if (mean.Count != PatientFeatures.Count || scale.Count != PatientFeatures.Count
            || !mean.All(double.IsFinite) || !scale.All(s => double.IsFinite(s) && s > 0))
        {
            throw new ArgumentException("A scaler has a finite mean and a positive scale for each feature.");
        }

        Mean = mean;
        Scale = scale;
    }

    public IReadOnlyList<double> Mean { get; }

    public IReadOnlyList<double> Scale { get; }

    /// <summary>Computes mean and scale from the rows of the training side only.</summary>
    public static StandardScaler Fit(IReadOnlyList<LabelledExample> rows)
    {
        Span<double> x = stackalloc double[PatientFeatures.Count];
        var mean = new double[PatientFeatures.Count];
        var scale = new double[PatientFeatures.Count];
        foreach (var row in rows)
        {
            row.Features.CopyTo(x);
            for (var j = 0; j < mean.Length; j++)
            {
                mean[j] += x[j] / rows.Count;
            }
        }

        foreach (var row in rows)
        {
            row.Features.CopyTo(x);
            for (var j = 0; j < mean.Length; j++)
            {
                scale[j] += (x[j] - mean[j]) * (x[j] - mean[j]) / rows.Count;
            }
        }

        for (var j = 0; j < scale.Length; j++)
        {
            // A deviation within the rounding error of the mean counts as zero, as in scikit-learn.
            var deviation = Math.Sqrt(scale[j]);
            scale[j] = deviation > 10 * double.Epsilon && deviation > 1e-12 * Math.Abs(mean[j]) ? deviation : 1;
        }

        return new StandardScaler(mean, scale);
    }

    /// <summary>Writes the standardised inputs (length 4) as the network's single-precision input.</summary>
    public void Transform(PatientFeatures features, Span<float> destination)
    {
        Span<double> x = stackalloc double[PatientFeatures.Count];
        features.CopyTo(x);
        for (var j = 0; j < x.Length; j++)
        {
            destination[j] = (float)((x[j] - Mean[j]) / Scale[j]);
        }
    }
}
