import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A certificate with its key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/**
 * Creates a CA with openssl.
 * @throws {Error} openssl is not on PATH
 */
export async function createCa(name: string): Promise<KeyPair> {
  return await inFolder(async (folder, openssl) => {
    const files = ["-keyout", "key.pem", "-out", "cert.pem"];
    await openssl("req", "-x509", ...newKey, "-days", "2", "-subj", `/CN=${name}`, ...files);
    return await readPair(folder);
  });
}

/** Creates a certificate for these DNS names, signed by a CA. */
export async function signedBy(ca: KeyPair, names: readonly string[]): Promise<KeyPair> {
  return await inFolder(async (folder, openssl) => {
    await writeFile(join(folder, "ca.pem"), ca.certificate);
    await writeFile(join(folder, "ca-key.pem"), ca.key);
    const alternatives = names.map((name) => `DNS:${name}`).join(",");
    await writeFile(join(folder, "extensions"), `subjectAltName=${alternatives}\n`);
    await openssl("req", ...newKey, "-subj", "/CN=server", "-keyout", "key.pem", "-out", "request.pem");
    const signer = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial"];
    const files = ["-in", "request.pem", "-extfile", "extensions", "-out", "cert.pem"];
    await openssl("x509", "-req", "-days", "2", ...signer, ...files);
    return await readPair(folder);
  });
}

type Openssl = (...args: string[]) => Promise<unknown>;

async function inFolder<T>(work: (folder: string, openssl: Openssl) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-ca-"));
  try {
    return await work(folder, (...args) => run("openssl", args, { cwd: folder }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readPair(folder: string): Promise<KeyPair> {
  const [certificate, key] = await Promise.all(
    ["cert.pem", "key.pem"].map((file) => readFile(join(folder, file), "utf8")),
  );
  return { certificate: certificate ?? "", key: key ?? "" };
}
