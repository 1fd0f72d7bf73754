import { X509Certificate } from "node:crypto";
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
  if (!text.includes(begin)) throw new RunError(`${key} is not in PEM: it must have ${begin}. ${command}`);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new RunError(`${key} has a private key: it must have the certificates of the CA alone. ${command}`);
  }
  const found = text.match(certificates) ?? [];
  if (found.length === text.split(begin).length - 1 && found.every(isCertificate)) return;
  throw new RunError(
    `${key} has a certificate that can't be read: the file is cut off or changed. ${command}`,
  );
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
