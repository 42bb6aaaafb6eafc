using ModelOps.Infrastructure.Jobs;

namespace ModelOps.Infrastructure.Tests.Jobs;

/// <summary>Whoever can write Hangfire's tables names types there. Only those of a training are resolved.</summary>
public sealed class AllowedTypesTests
{
    [Theory]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process")]
    [InlineData("System.IO.File, System.Private.CoreLib")]
    [InlineData("System.Threading.CancellationTokenSource, System.Private.CoreLib")]
    [InlineData("ModelOps.Infrastructure.Files.FolderDeletion, ModelOps.Infrastructure")]
    [InlineData("ModelOps.Infrastructure.Jobs.TrainingJobRunner[], ModelOps.Infrastructure")]
    [InlineData("System.Guid[]")]
    [InlineData("")]
    public void Resolve_OfAnyOtherType_IsRefused(string name) => Assert.Throws<TypeLoadException>(() => AllowedTypes.Resolve(name));

    [Theory]
    [InlineData("ModelOps.Infrastructure.Jobs.TrainingJobRunner, ModelOps.Infrastructure", typeof(TrainingJobRunner))]
    [InlineData("System.Guid", typeof(Guid))]
    [InlineData("System.Threading.CancellationToken, mscorlib", typeof(CancellationToken))]
    public void Resolve_OfATrainingsTypes_GivesThem(string name, Type type) => Assert.Equal(type, AllowedTypes.Resolve(name));
}
