using System.Security.Claims;
using MediatR;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ModelOps.Application;
using ModelOps.Application.Abstractions;
using ModelOps.Application.Datasets;
using ModelOps.Application.Predictions;
using ModelOps.Application.Records;
using ModelOps.Application.Training;
using ModelOps.Application.Users;
using ModelOps.Application.Versions;
using ModelOps.Domain;
using ModelOps.WebApi.Auth;
using ModelOps.WebApi.Dashboard;

namespace ModelOps.WebApi.Tests.Dashboard;

/// <summary>What a circuit may send, whatever its page shows.</summary>
[Collection(ServiceCollection.Name)]
public sealed class DispatcherTests(ServiceFixture service)
{
    /// <summary>What somebody without the role ADMIN may do on the dashboard. Think twice before adding a line.</summary>
    private static readonly Type[] ForEverybody =
    [
        typeof(CompareVersions), typeof(GetAccuracyOverTime),
        typeof(GetActiveModel), typeof(GetDataset), typeof(GetJob), typeof(GetRecordsSummary),
        typeof(GetRollbackTarget), typeof(GetTrend), typeof(GetVersion), typeof(GetVersionFacets), typeof(GetVersionNumbers),
        typeof(GetVersionProfile),
        typeof(ListActivations), typeof(ListDatasets), typeof(ListJobs), typeof(ListVersions), typeof(Predict), typeof(PreviewTraining),

        // One's own account.
        typeof(ChangePassword), typeof(CreateAccessToken), typeof(DeleteAccessToken), typeof(EndSession), typeof(ListAccessTokens),
        typeof(ListSessions), typeof(GetSessionEnd), typeof(ExtendSession),
    ];

    [Fact]
    public void Rights_OfEveryUseCase_AreAdminsUnlessListed()
    {
        var requests = typeof(ActivateVersion).Assembly.GetTypes()
            .Where(t => t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)));

        Assert.Equal(
            ForEverybody.Select(t => t.Name).Order(StringComparer.Ordinal),
            requests.Where(t => Rights.PolicyOf(t) is null).Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            [nameof(CorrectConfirmation), nameof(LabelPrediction), nameof(ListPredictions)],
            requests.Where(t => Rights.PolicyOf(t) == Policies.Clinician).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Send_OfACommandByAUser_IsForbiddenAndDoesNothing()
    {
        var user = await service.CreateUserAsync();
        var dispatcher = await DispatcherAsync(user.Email, ServiceFixture.UserPassword);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => dispatcher.SendAsync(new DeleteUser(user.Id), default));

        Assert.Equal("forbidden", refusal.Code);
        Assert.NotNull(await dispatcher.SendAsync(new ListVersions(new PageRequest()), default));
    }

    [Fact]
    public async Task Send_ByAnAdministratorWhoWasDisabled_IsRefusedAtOnce()
    {
        var user = await service.CreateUserAsync("ADMIN");
        var dispatcher = await DispatcherAsync(user.Email, ServiceFixture.UserPassword);
        Assert.NotEmpty((await dispatcher.SendAsync(new ListUsers(new PageRequest()), default)).Users);
        using var admin = await service.AdminAsync();
        using var changed = await admin.PatchAsync($"/users/{user.Id}", new StringContent("""{"disabled": true}""", System.Text.Encoding.UTF8, "application/json"));
        changed.EnsureSuccessStatusCode();

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => dispatcher.SendAsync(new ListUsers(new PageRequest()), default));

        Assert.Equal("unauthenticated", refusal.Code);
    }

    [Fact]
    public async Task Send_ByNobody_IsRefused()
    {
        var dispatcher = Dispatcher(new ClaimsPrincipal(new ClaimsIdentity()));

        Assert.Equal("unauthenticated",
            (await Assert.ThrowsAsync<RefusalException>(() => dispatcher.SendAsync(new GetActiveModel(), default))).Code);
    }

    private async Task<Dispatcher> DispatcherAsync(string email, string password)
    {
        var tokens = await service.LoginAsync(email, password);
        var bearer = service.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get("Bearer");
        return Dispatcher(bearer.BearerTokenProtector.Unprotect(tokens.AccessToken)!.Principal);
    }

    private Dispatcher Dispatcher(ClaimsPrincipal user) => new(
        service.Services.GetRequiredService<IServiceScopeFactory>(), new Circuit(user),
            service.Services.GetRequiredService<IAuthorizationService>(), service.Services.GetRequiredService<IStandings>());

    private sealed class Circuit(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(user));
    }
}
