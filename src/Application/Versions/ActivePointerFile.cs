using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelOps.Application.Abstractions;

namespace ModelOps.Application.Versions;

/// <summary>
/// Keeps <c>active_model.json</c> consistent with the database, which is authoritative. If the file can't be written, the activation
/// still succeeds.
/// </summary>
public sealed partial class ActivePointerFile(
    IServiceScopeFactory scopes, IArtifactStore artifacts, ILogger<ActivePointerFile> logger) : IDisposable
{
    // Serialises reading the pointer and writing the file, so that the file always has the latest activation.
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<IModelOpsDbContext>();

            // Another replica may have activated a version between the read and the write, so read the pointer again after writing.
            var written = 0L;
            while (await ReadAsync(db, cancellationToken) is { } active && active.ActivationNumber != written)
            {
                artifacts.WriteActivePointer(active);
                written = active.ActivationNumber;
            }
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or Domain.RefusalException || DatabaseFailures.Are(exception))
        {
            LogNotWritten(exception);
        }
        finally
        {
            _one.Release();
        }
    }

    private static Task<ActivePointer?> ReadAsync(IModelOpsDbContext db, CancellationToken cancellationToken) =>
        db.ActiveModels.AsNoTracking()
            .Select(a => new ActivePointer(a.Version.Name, a.ActivationNumber, a.Activation.At, a.Activation.By, a.Version.Files))
            .SingleOrDefaultAsync(cancellationToken);

    public void Dispose() => _one.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "active_model.json could not be written; the database has the pointer")]
    private partial void LogNotWritten(Exception exception);
}
