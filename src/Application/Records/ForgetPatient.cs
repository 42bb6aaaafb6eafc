using FluentValidation;
using MediatR;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;

namespace ModelOps.Application.Records;

/// <summary>Deletes all records of a patient, also those of imports that are under way.</summary>
/// <param name="PatientRef">The hospital's own reference to the patient.</param>
public sealed record ForgetPatient(string PatientRef) : IRequest<PatientForgotten>
{
    /// <summary>Excludes the reference: the framework's trace log prints a request.</summary>
    public override string ToString() => nameof(ForgetPatient);
}

public sealed record PatientForgotten(int Deleted);

internal sealed class ForgetPatientValidator : AbstractValidator<ForgetPatient>
{
    public ForgetPatientValidator() => RuleFor(r => r.PatientRef).PatientReference();
}

internal sealed partial class ForgetPatientHandler(IModelOpsDbContext db, ILogger<ForgetPatientHandler> logger)
    : IRequestHandler<ForgetPatient, PatientForgotten>
{
    public async Task<PatientForgotten> Handle(ForgetPatient request, CancellationToken cancellationToken)
    {
        var deleted = (await db.SplitKeyAsync(cancellationToken)).TokenOf(request.PatientRef).ToStored() is { } patient
            ? await db.InTransactionAsync(cancel => db.DeleteAndNoteRecordsOfAsync(patient, cancel), cancellationToken)
            : 0;
        LogForgotten(deleted);
        return new PatientForgotten(deleted);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A patient was forgotten; {Records} records were deleted")]
    private partial void LogForgotten(int records);
}
