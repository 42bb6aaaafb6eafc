using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;
using ModelOps.Domain.Training;

namespace ModelOps.Application.Training;

/// <param name="Status">Only jobs of this status, as it is written in an answer.</param>
public sealed record ListJobs(PageRequest Page, string? Status) : IRequest<JobList>
{
    internal static IReadOnlyDictionary<string, JobStatus> Statuses { get; } = Enum.GetValues<JobStatus>()
        .ToDictionary(s => WireNames.Of(s.ToString()));
}

public sealed record JobList(IReadOnlyList<JobAnswer> Jobs, string? NextCursor);

internal sealed class ListJobsValidator : AbstractValidator<ListJobs>
{
    public ListJobsValidator()
    {
        RuleFor(r => r.Status)
            .Must(s => s is null || ListJobs.Statuses.ContainsKey(s))
            .WithMessage(_ => Texts.Say($"must be one of {string.Join(", ", ListJobs.Statuses.Keys)}"));
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
            var status = ListJobs.Statuses[text];
            query = query.Where(j => j.Status == status);
        }

        var found = await query.OrderByDescending(j => j.Sequence).Take(request.Page.Fetch)
            .Select(ListedJob.Columns)
            .ToListAsync(cancellationToken);
        var now = await db.UtcNowAsync(cancellationToken);
        var page = request.Page.Cut(found, j => j.Sequence);
        return new JobList([.. page.Items.Select(j => JobAnswer.Of(j, now))], page.NextCursor);
    }
}
