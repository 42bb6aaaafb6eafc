using MediatR;
using Microsoft.EntityFrameworkCore;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Operations;

/// <summary>Checks whether this process is ready: database, artifact store and active version.</summary>
public sealed record CheckReadiness : IRequest<Readiness>;

/// <summary>Each part is <c>ok</c> or one sentence that describes the problem.</summary>
public sealed record Readiness(bool Ready, string Database, string ArtifactStore, string ActiveModel);

internal sealed class CheckReadinessHandler(
    IModelOpsDbContext db, IArtifactStore artifacts, IServingModel serving, IStartupState startup)
    : IRequestHandler<CheckReadiness, Readiness>
{
    private const string Ok = "ok";

    public async Task<Readiness> Handle(CheckReadiness request, CancellationToken cancellationToken)
    {
        var database = await DatabaseAsync(cancellationToken);
        var store = artifacts.IsWritable() ? Ok : "The data directory can't be written.";
        var model = serving.Problem ?? Ok;
        return new Readiness(database == Ok && store == Ok && model == Ok, database, store, model);
    }

    private async Task<string> DatabaseAsync(CancellationToken cancellationToken)
    {
        if (!startup.IsOver)
        {
            return "The database can't be reached, or is being prepared.";
        }

        try
        {
            return await db.Installations.AnyAsync(cancellationToken) ? Ok : "The database is not prepared yet.";
        }
        catch (Exception exception) when (DatabaseFailures.Are(exception))
        {
            return "The database can't be reached.";
        }
    }
}
