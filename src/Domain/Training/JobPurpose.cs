using ModelOps.Domain.Datasets;

namespace ModelOps.Domain.Training;

/// <summary>Where the rows of a retraining come from.</summary>
public abstract record DataSelection
{
    private DataSelection()
    {
    }

    /// <summary>The name of the dataset among the sources; null without one.</summary>
    public abstract string? DatasetName { get; }

    public abstract bool UsesDatabase { get; }

    /// <summary>As clients read it: <c>database</c>, <c>dataset:NAME</c> or <c>database+dataset:NAME</c>.</summary>
    public abstract string Describe();

    /// <summary>The selection that a request's two members name.</summary>
    /// <exception cref="ArgumentException">They name nothing.</exception>
    public static DataSelection Of(bool useDatabase, string? datasetName) => (useDatabase, datasetName) switch
    {
        (true, null) => new Database(),
        (true, { } name) => new DatabaseAndDataset(name),
        (false, { } name) => new Dataset(name),
        _ => throw new ArgumentException("Rows come from the database, a dataset, or both.", nameof(datasetName)),
    };

    /// <summary>All labelled records of the database.</summary>
    public sealed record Database : DataSelection
    {
        public override string? DatasetName => null;

        public override bool UsesDatabase => true;

        public override string Describe() => "database";
    }

    /// <summary>An uploaded dataset alone.</summary>
    public sealed record Dataset(string Name) : DataSelection
    {
        public override string? DatasetName => Name;

        public override bool UsesDatabase => false;

        public override string Describe() => $"dataset:{Name}";
    }

    /// <summary>All labelled records and an uploaded dataset.</summary>
    public sealed record DatabaseAndDataset(string Name) : DataSelection
    {
        public override string? DatasetName => Name;

        public override bool UsesDatabase => true;

        public override string Describe() => $"database+dataset:{Name}";
    }
}

/// <summary>What a training job is for.</summary>
public abstract record JobPurpose
{
    private JobPurpose()
    {
    }

    /// <summary>The source of the rows as clients read it.</summary>
    public abstract string Describe();

    /// <summary>Makes a new version.</summary>
    public sealed record Retraining(DataSelection Data) : JobPurpose
    {
        public override string Describe() => Data.Describe();
    }

    /// <summary>Trains on the rows that a version was made of and says whether the same weights come out; makes no version.</summary>
    public sealed record Reproducing(string Version) : JobPurpose
    {
        public override string Describe() => $"version:{Version}";
    }
}
