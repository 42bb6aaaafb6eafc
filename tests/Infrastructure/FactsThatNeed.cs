namespace ModelOps.Infrastructure.Tests;

/// <summary>Runs on Linux; elsewhere a visible skip.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute(string reason) => Skip = OperatingSystem.IsLinux() ? null : reason;
}

/// <summary>Mounts a disk, which only root can on Linux; a visible skip for anybody else.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() =>
        Skip = OperatingSystem.IsLinux() && Environment.UserName == "root" ? null : "Only root can mount the disk that this test fills.";
}
