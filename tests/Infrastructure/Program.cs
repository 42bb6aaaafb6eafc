using System.Globalization;
using ModelOps.Infrastructure.Tests.Networks.Logistic;
using ModelOps.Infrastructure.Trainer;

namespace ModelOps.Infrastructure.Tests;

/// <summary>With <c>train FOLDER [SECONDS]</c> this assembly is a trainer process that knows the tests' own network as well.</summary>
internal static class Program
{
    private static int Main(string[] args) => args is ["train", var folder, .. var rest]
        ? TrainerHost.Run(
            LogisticNetwork.Registry, folder, rest is [var seconds] ? double.Parse(seconds, CultureInfo.InvariantCulture) : null)
        : 1;
}
