import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { removeUnless } from "./installed-objects.ts";

const run = promisify(execFile);

/** Credentials of a user. */
export interface User {
  readonly username: string;
  readonly password: string;
}

/** A registry on this machine that accepts a single user. */
export interface Registry {
  /** 127.0.0.1 with the port. Docker accepts a registry without TLS at a loopback address. */
  readonly host: string;
  readonly port: number;
  /** HTTP status of a request for a manifest, with or without the user's credentials. */
  manifest(repository: string, digest: string, user?: User): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts Debian's docker-registry.
 * @throws {Error} docker-registry or htpasswd is not on PATH
 */
export async function startRegistry(user: User): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-registry-"));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(join(folder, "htpasswd"), await htpasswd(user));
  await writeFile(join(folder, "config.json"), JSON.stringify(configuration(folder, host)));
  const server = spawn("docker-registry", ["serve", join(folder, "config.json")], { stdio: "ignore" });
  const remove = async () => {
    await stop(server);
    await rm(folder, { recursive: true });
  };
  const failed = once(server, "error").then(([error]) => {
    throw new Error(
      `docker-registry: ${(error as Error).message}. Run: apt-get install docker-registry apache2-utils`,
    );
  });
  await removeUnless(remove, () => Promise.race([failed, untilAnswers(`http://${host}/v2/`, 401)]));
  return {
    host,
    port,
    async manifest(repository, digest, login) {
      const accept = [
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
      ].join(", ");
      const authorization = login === undefined ? {} : { Authorization: basic(login) };
      const url = `http://${host}/v2/${repository}/manifests/${digest}`;
      return (await fetch(url, { headers: { Accept: accept, ...authorization } })).status;
    },
    stop: remove,
  };
}

function configuration(folder: string, addr: string) {
  return {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr },
    auth: { htpasswd: { realm: "koa-mongo-stack", path: join(folder, "htpasswd") } },
  };
}

/** The registry accepts bcrypt hashes only. */
async function htpasswd({ username, password }: User): Promise<string> {
  return (await run("htpasswd", ["-Bbn", username, password])).stdout;
}

function basic({ username, password }: User): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilAnswers(url: string, status: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === status) return;
    await sleep(100);
  }
  throw new Error(`${url} never answered ${status}`);
}

/** Ends a child process of the test. */
export async function stop(child: ChildProcess): Promise<void> {
  // A program that never started has no id, and never closes.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "close");
}
