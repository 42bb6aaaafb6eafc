namespace ModelOps.WebApi.Dashboard.Parts;

/// <summary>How something is meant; a colour with a picture and a word, never a colour alone.</summary>
public enum Kind
{
    Info,
    Success,
    Warning,
    Error,
}
