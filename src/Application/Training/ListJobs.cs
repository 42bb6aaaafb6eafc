using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

public sealed record ListJobs(PageRequest Page, string? Status) : IRequest<JobList>;

public sealed record JobList(IReadOnlyList<JobAnswer> Jobs, string? NextCursor);

internal sealed class ListJobsValidator : AbstractValidator<ListJobs>
{
    public ListJobsValidator()
    {
        RuleFor(r => r.Status)
            .Must(s => s is null || (Enum.TryParse<JobStatus>(s, ignoreCase: true, out _) && !char.IsAsciiDigit(s[0])))
            .WithMessage("must be one of queued, running, cancelling, cancelled, succeeded, failed");
    }
}

internal sealed class ListJobsHandler(IModelOpsDbContext db) : IRequestHandler<ListJobs, JobList>
{
    public async Task<JobList> Handle(ListJobs request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber() ?? long.MaxValue;
        var query = db.Jobs.AsNoTracking().Where(j => j.Sequence < before);
        if (request.Status is { } text)
        {
            var status = Enum.Parse<JobStatus>(text, ignoreCase: true);
            query = query.Where(j => j.Status == status);
        }

        var found = await query.OrderByDescending(j => j.Sequence).Take(request.Page.Fetch).ToListAsync(cancellationToken);
        var now = await db.UtcNowAsync(cancellationToken);
        var page = request.Page.Cut(found, j => j.Sequence);
        return new JobList([.. page.Items.Select(j => JobAnswer.Item(j, now))], page.NextCursor);
    }
}
