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

/** A certificate authority that only the test trusts. */
export interface TestCa extends KeyPair {
  /** Path of the CA's certificate. */
  readonly file: string;
  /** Issues a certificate for a host name. */
  issue(host: string): Promise<KeyPair>;
  remove(): Promise<void>;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const days = "2";

/** Creates a CA with openssl. */
export async function createTestCa(): Promise<TestCa> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-ca-"));
  const path = (name: string) => join(folder, name);
  const pair = async (name: string): Promise<KeyPair> => ({
    certificate: await readFile(path(`${name}.pem`), "utf8"),
    key: await readFile(path(`${name}.key`), "utf8"),
  });
  const subject = ["-subj", "/CN=koa-mongo-stack modes"];
  const out = ["-keyout", path("ca.key"), "-out", path("ca.pem")];
  await run("openssl", ["req", "-x509", ...newKey, "-days", days, ...subject, ...out]);
  return {
    ...(await pair("ca")),
    file: path("ca.pem"),
    async issue(host) {
      await writeFile(path("san.cnf"), `subjectAltName=DNS:${host}\n`);
      const request = ["-subj", `/CN=${host}`, "-keyout", path("host.key"), "-out", path("host.csr")];
      await run("openssl", ["req", ...newKey, ...request]);
      const authority = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"];
      const files = ["-in", path("host.csr"), "-out", path("host.pem"), "-extfile", path("san.cnf")];
      await run("openssl", ["x509", "-req", ...authority, "-days", days, ...files]);
      return await pair("host");
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
