using System.Text.RegularExpressions;
using ModelOps.TestSupport;

namespace ModelOps.WebApi.Tests.Users;

public sealed partial class FirstAdministratorTests
{
    [Theory]
    [InlineData("Production", "short")]
    [InlineData("Production", "Password12345")]
    [InlineData("Production", "admin-of-this-house")]
    [InlineData("Production", "aaaaaaaaaaaaaaaa")]
    [InlineData("Development", "short")]
    public async Task Start_WhenThePasswordIsWeak_RefusesAndSaysWhich(string environment, string password)
    {
        await using var service = ServiceProcess.Start(("ASPNETCORE_ENVIRONMENT", environment), ("ModelOps__Admin__Password", password));

        Assert.Equal(1, await service.EndAsync());
        var line = Assert.Single(service.Errors);
        Assert.Contains("ModelOps__Admin__Password", line, StringComparison.Ordinal);
        Assert.DoesNotContain(password, service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_InProductionWithAStrongPassword_LetsTheAdministratorIn()
    {
        await using var service = await ServiceFixture.StartAsync(("environment", "Production"));

        Assert.NotEmpty((await service.LoginAsync(ServiceFixture.AdminEmail, ServiceFixture.AdminPassword)).AccessToken);
    }

    [Fact]
    public async Task Start_WithoutAPassword_PrintsAGeneratedOneTheFirstTimeOnly()
    {
        var data = Directory.CreateTempSubdirectory("modelops-first-admin-");
        try
        {
            var settings = new[] { ("ModelOps:Admin:Password", ""), ("ModelOps:DataDirectory", data.FullName) };
            var (first, password) = await StartAndReadConsoleAsync(settings);
            await using (first)
            {
                Assert.NotNull(password);
                Assert.True(password.Length >= 20);
                Assert.NotEmpty((await first.LoginAsync(ServiceFixture.AdminEmail, password)).AccessToken);
            }

            var (second, again) = await StartAndReadConsoleAsync(settings);
            await using (second)
            {
                Assert.Null(again);
                Assert.NotEmpty((await second.LoginAsync(ServiceFixture.AdminEmail, password)).AccessToken);
            }
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<(ServiceFixture Service, string? Password)> StartAndReadConsoleAsync((string, string)[] settings)
    {
        var before = Console.Out;
        using var text = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(text));
        try
        {
            var service = await ServiceFixture.StartAsync(settings);
            var match = PasswordLine().Match(text.ToString());
            return (service, match.Success ? match.Groups[1].Value : null);
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    [GeneratedRegex(@"password:\s+(\S+)")]
    private static partial Regex PasswordLine();
}
