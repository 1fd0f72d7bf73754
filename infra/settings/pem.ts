import { createPrivateKey, X509Certificate } from "node:crypto";
import { RunError } from "@pulumi/pulumi";

const begin = "-----BEGIN CERTIFICATE-----";
const certificates = new RegExp(`${begin}[^]*?-----END CERTIFICATE-----`, "g");

/**
 * Checks that a value has certificates in PEM and no private key. No error shows the value.
 * @param key the configuration key of a CA's certificates
 * @throws {RunError} the problem, and the command that sets the key
 */
export function requireCa(key: string, text: string): void {
  const command = `Run: pulumi config set ${key} < FILE.pem`;
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new RunError(`${key} has a private key, and must have only the CA's certificates. ${command}`);
  }
  requireCertificates(key, text, command);
}

/**
 * Checks that two values are a server's certificate with its chain, and the private key of that certificate. No error
 * shows a value.
 * @throws {RunError} the problem, and the command that sets the wrong key
 */
export function requireKeyPair(
  certificate: { readonly key: string; readonly text: string },
  privateKey: { readonly key: string; readonly text: string },
): void {
  const command = (key: string) => `Run: pulumi config set --secret ${key} < FILE.pem`;
  requireCertificates(certificate.key, certificate.text, command(certificate.key));
  const [server = ""] = certificate.text.match(certificates) ?? [];
  if (isKeyOf(new X509Certificate(server), privateKey)) return;
  throw new RunError(
    `${privateKey.key} is not the private key of the first certificate in ${certificate.key}. ${command(privateKey.key)}`,
  );
}

function isKeyOf(server: X509Certificate, { key, text }: { key: string; text: string }): boolean {
  try {
    return server.checkPrivateKey(createPrivateKey(text));
  } catch {
    // OpenSSL's error may contain a part of the key.
    throw new RunError(
      `${key} must be a private key in PEM without a passphrase. Run: pulumi config set --secret ${key} < FILE.pem`,
    );
  }
}

function requireCertificates(key: string, text: string, command: string): void {
  if (!text.includes(begin))
    throw new RunError(`${key} is not in PEM format: ${begin} is missing. ${command}`);
  const found = text.match(certificates) ?? [];
  if (found.length === text.split(begin).length - 1 && found.every(isCertificate)) return;
  throw new RunError(
    `${key} has a certificate that can't be read, because the file is incomplete or changed. ${command}`,
  );
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
