using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace ModelOps.Infrastructure.Identity;

/// <summary>Encrypts the secret part of a new Data Protection key with the operator's key file.</summary>
internal sealed class KeyFileEncryptor(KeyFile file) : IXmlEncryptor
{
    public const string KeyId = "keyId";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var bytes = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var encrypted = Convert.ToBase64String(file.Encrypt(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return new EncryptedXmlInfo(
            new XElement("aesGcm", new XAttribute(KeyId, file.Id), new XElement("value", encrypted)), typeof(KeyFileDecryptor));
    }
}

/// <summary>
/// Decrypts what <see cref="KeyFileEncryptor"/> encrypted. Stored keys have this type's full name, so it must not change.
/// </summary>
/// <param name="services">Data Protection creates the decryptor and passes its services.</param>
internal sealed class KeyFileDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => Decrypt(
        encryptedElement,
        services.GetService<KeyFile>() ?? throw new CryptographicException("The stored keys are encrypted, and ModelOps__KeyFile isn't set."));

    /// <exception cref="CryptographicException">Another key file encrypted it.</exception>
    public static XElement Decrypt(XElement encrypted, KeyFile file)
    {
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(file.Decrypt(Convert.FromBase64String((string)encrypted.Element("value")!))));
        }
        catch (FormatException exception)
        {
            throw new CryptographicException("The encrypted key is damaged.", exception);
        }
    }
}
