namespace ModelOps.Domain.Training;

/// <summary>The source of the rows of a retraining.</summary>
public abstract record DataSelection
{
    /// <summary>The text form of the database; the text form of every selection that uses it begins so.</summary>
    public const string DatabaseSource = "database";

    /// <summary>The text form of the database with the hospital's own table.</summary>
    public const string DatabaseAndSource = DatabaseSource + "+source";

    private DataSelection()
    {
    }

    /// <summary>The name of the selected dataset; null when only the database is selected.</summary>
    public abstract string? DatasetName { get; }

    /// <summary>
    /// The id of the selected dataset, by which a queued job finds it under a new name; null in a job of an earlier release.
    /// </summary>
    public abstract long? DatasetId { get; }

    public abstract bool UsesDatabase { get; }

    /// <summary>The text form in responses: <c>database</c>, <c>dataset:NAME</c> or <c>database+dataset:NAME</c>.</summary>
    public abstract string Describe();

    /// <summary>Creates the selection from the two fields of a request and the id of the dataset that has this name.</summary>
    /// <exception cref="ArgumentException">Neither the database nor a dataset is selected.</exception>
    public static DataSelection Of(bool useDatabase, string? datasetName, long? datasetId = null) => (useDatabase, datasetName) switch
    {
        (true, null) => new Database(),
        (true, { } name) => new DatabaseAndDataset(name, datasetId),
        (false, { } name) => new Dataset(name, datasetId),
        _ => throw new ArgumentException("Rows come from the database, a dataset, or both.", nameof(datasetName)),
    };

    /// <summary>All labelled records of the database.</summary>
    public sealed record Database : DataSelection
    {
        public override string? DatasetName => null;

        public override long? DatasetId => null;

        public override bool UsesDatabase => true;

        public override string Describe() => DatabaseSource;
    }

    /// <summary>An uploaded dataset, without the database.</summary>
    public sealed record Dataset(string Name, long? Id = null) : DataSelection
    {
        public override string? DatasetName => Name;

        public override long? DatasetId => Id;

        public override bool UsesDatabase => false;

        public override string Describe() => $"dataset:{Name}";
    }

    /// <summary>All labelled records of the database and an uploaded dataset.</summary>
    public sealed record DatabaseAndDataset(string Name, long? Id = null) : DataSelection
    {
        public override string? DatasetName => Name;

        public override long? DatasetId => Id;

        public override bool UsesDatabase => true;

        public override string Describe() => $"{DatabaseSource}+dataset:{Name}";
    }
}

/// <summary>The purpose of a training job: a new version or the reproduction of a version.</summary>
public abstract record JobPurpose
{
    private JobPurpose()
    {
    }

    /// <summary>The source of the rows, as text for responses.</summary>
    public abstract string Describe();

    /// <summary><see cref="Describe"/>, with <c>database+source</c> where the hospital's own table was read.</summary>
    /// <param name="source">What was read from it; null when it wasn't read.</param>
    public string DescribeData(SourceReport? source) =>
        source is null ? Describe() : $"{DataSelection.DatabaseAndSource}{Describe()[DataSelection.DatabaseSource.Length..]}";

    /// <summary>Trains a new version.</summary>
    public sealed record Retraining(DataSelection Data) : JobPurpose
    {
        public override string Describe() => Data.Describe();
    }

    /// <summary>
    /// Repeats the training of a version on the same rows and checks whether the weights are equal. It creates no version.
    /// </summary>
    public sealed record Reproducing(string Version) : JobPurpose
    {
        public override string Describe() => $"version:{Version}";
    }
}
