namespace ModelOps.Application.Failures;

/// <summary>Classifies an exception, including the database provider's own exceptions. Thread-safe.</summary>
public interface IFailureClassifier
{
    FailureKind Classify(Exception exception);
}
