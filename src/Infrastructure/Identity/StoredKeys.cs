using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using ModelOps.Infrastructure.Persistence;

namespace ModelOps.Infrastructure.Identity;

/// <summary>
/// Checks at the start that the Data Protection keys in the database can be decrypted, and encrypts those that an earlier start, without a
/// key file, stored in clear. Without the check, Data Protection would log errors, ignore the keys and sign everybody out.
/// </summary>
internal sealed class StoredKeys(ModelOpsDbContext db, IServiceProvider services)
{
    private static readonly XNamespace DataProtection = "http://schemas.asp.net/2015/03/dataProtection";
    private static readonly XName EncryptedSecret = DataProtection + "encryptedSecret";
    private static readonly XName RequiresEncryption = DataProtection + "requiresEncryption";
    private static readonly XName DecryptorType = "decryptorType";

    /// <exception cref="StartupException">Stored keys are encrypted with a key file that is missing or another one.</exception>
    public async Task ProtectAsync(CancellationToken cancellationToken)
    {
        var file = (KeyFile?)services.GetService(typeof(KeyFile));
        foreach (var key in await db.DataProtectionKeys.AsNoTracking().ToListAsync(cancellationToken))
        {
            if (key.Xml is null)
            {
                continue;
            }

            var element = XElement.Parse(key.Xml);
            Check(element, file);
            if (file is not null && Encrypt(element, new KeyFileEncryptor(file)))
            {
                await StoreAsync(key, element.ToString(SaveOptions.DisableFormatting), cancellationToken);
            }
        }
    }

    private static void Check(XElement key, KeyFile? file)
    {
        foreach (var secret in key.DescendantsAndSelf(EncryptedSecret).Where(IsOurs).ToList())
        {
            try
            {
                KeyFileDecryptor.Decrypt(
                    secret.Elements().Single(),
                    file ?? throw new StartupException("The database's keys are encrypted with a key file. Set ModelOps__KeyFile to that file."));
            }
            catch (CryptographicException exception)
            {
                throw new StartupException("ModelOps__KeyFile isn't the file with which the database's keys are encrypted.", exception);
            }
        }
    }

    private static bool IsOurs(XElement secret) =>
        ((string?)secret.Attribute(DecryptorType))?.StartsWith(typeof(KeyFileDecryptor).FullName!, StringComparison.Ordinal) == true;

    /// <summary>Does what Data Protection does with a new key's secret elements. Returns false if none is in clear.</summary>
    private static bool Encrypt(XElement key, KeyFileEncryptor encryptor)
    {
        var clear = key.Descendants().Where(element => (bool?)element.Attribute(RequiresEncryption) == true).ToList();
        foreach (var secret in clear)
        {
            var plaintext = new XElement(secret);
            var encrypted = encryptor.Encrypt(plaintext);
            secret.ReplaceWith(new XElement(
                EncryptedSecret,
                new XAttribute(DecryptorType, encrypted.DecryptorType.AssemblyQualifiedName!),
                encrypted.EncryptedElement));
        }

        return clear.Count > 0;
    }

    /// <summary>Another process may encrypt the same key at the same time. Its result is as good.</summary>
    private Task<int> StoreAsync(DataProtectionKey key, string xml, CancellationToken cancellationToken) => db.DataProtectionKeys
        .Where(k => k.Id == key.Id && k.Xml == key.Xml)
        .ExecuteUpdateAsync(k => k.SetProperty(x => x.Xml, xml), cancellationToken);
}
