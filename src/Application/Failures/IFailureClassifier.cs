namespace ModelOps.Application.Failures;

/// <summary>Classifies an exception, the database provider's own included. Thread-safe.</summary>
public interface IFailureClassifier
{
    FailureKind Classify(Exception exception);
}
