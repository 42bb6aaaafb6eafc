using FluentValidation.Internal;

namespace ModelOps.Application.Behaviors;

/// <summary>Writes the limits in FluentValidation's messages as the reader's language does: 10,000 or 10.000.</summary>
internal sealed class PlainMessageFormatter : MessageFormatter
{
    public override string BuildMessage(string messageTemplate)
    {
        foreach (var (name, value) in PlaceholderValues.ToArray())
        {
            if (value is ValueType)
            {
                PlaceholderValues[name] = Texts.Number(value);
            }
        }

        return base.BuildMessage(messageTemplate);
    }
}
