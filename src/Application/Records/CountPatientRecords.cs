using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Training;

namespace ModelOps.Application.Records;

/// <summary>Counts a patient's records, so that a person knows what <see cref="ForgetPatient"/> would delete.</summary>
/// <param name="PatientRef">The hospital's own reference to the patient.</param>
public sealed record CountPatientRecords(string PatientRef) : IRequest<int>
{
    /// <summary>Excludes the reference: the framework's trace log prints a request.</summary>
    public override string ToString() => nameof(CountPatientRecords);
}

internal sealed class CountPatientRecordsValidator : AbstractValidator<CountPatientRecords>
{
    public CountPatientRecordsValidator() => RuleFor(r => r.PatientRef).PatientReference();
}

internal sealed class CountPatientRecordsHandler(IModelOpsDbContext db) : IRequestHandler<CountPatientRecords, int>
{
    public async Task<int> Handle(CountPatientRecords request, CancellationToken cancellationToken)
    {
        long? hash = (await db.SplitKeyAsync(cancellationToken)).TokenOf(request.PatientRef).ToStored();
        return await db.Records.CountAsync(r => r.PatientHash == hash, cancellationToken);
    }
}
