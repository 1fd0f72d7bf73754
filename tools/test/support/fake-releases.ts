import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Asset, Release } from "../../install/releases.ts";
import type { Downloads } from "./download-server.ts";
import type { Machine } from "./fake-machine.ts";

// The real PATH, before a test replaces it.
const { PATH = "" } = process.env;

/** A script that runs the machine's own tar, for a PATH with fakes. */
export const tar = `PATH='${PATH}' exec tar "$@"`;

/** Publishes minikube and Pulumi for this machine on a server, in the publishers' formats. */
export function publish(machine: Machine, server: Downloads): void {
  const minikube = Buffer.from(machine.script("minikube"));
  const pulumi = archive("pulumi/pulumi", machine.script("pulumi"));
  Object.assign(server.files, { "minikube-1": minikube, "pulumi-1.tar.gz": pulumi });
  const release = (name: Release["name"], asset: Asset): Release => ({
    ...machine.releases[name],
    url: server.url,
    assets: { [`${process.platform}-${process.arch}`]: asset },
  });
  machine.releases = {
    minikube: release("minikube", { file: "minikube-1", digest: sha256(minikube) }),
    pulumi: release("pulumi", { file: "pulumi-1.tar.gz", digest: sha256(pulumi), folder: "pulumi" }),
  };
}

function archive(path: string, script: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-archive-"));
  const file = join(folder, path);
  mkdirSync(join(file, ".."));
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  const packed = join(folder, "packed.tar.gz");
  execFileSync("tar", ["-czf", packed, "-C", folder, path.split("/", 1)[0] ?? ""], { env: { PATH } });
  const content = readFileSync(packed);
  rmSync(folder, { recursive: true });
  return content;
}

function sha256(content: Buffer): Asset["digest"] {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
