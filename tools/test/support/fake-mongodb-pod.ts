import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "./fake-machine.ts";

// The real one, before a test takes it away.
const { PATH = "" } = process.env;

/** The application's user. */
export const user = "app-7";
/** Of the application's user. */
export const password = "pass-of_app";

/** What a MongoDB in the cluster does. */
export interface Behaviour {
  /** What mongodump writes. */
  readonly archive?: Buffer;
  /** Shell lines that follow that. */
  readonly afterDump?: string;
  /** Shell lines instead of reading an archive and saying what was restored. */
  readonly mongorestore?: string;
  /** Collections that have documents. */
  readonly filled?: readonly string[];
  /** Its pods. @default one that is ready */
  readonly pods?: readonly object[];
  /** Whether kubectl is on PATH, or only minikube's. @default true */
  readonly hasKubectl?: boolean;
}

/** A MongoDB that is fake, and a folder for archives. */
export interface FakeMongodb {
  readonly folder: string;
  /** What was run in the pod, with all arguments, in order. */
  commands(): string[];
  /** The first line that each program was given. */
  secrets(): string[];
  /** What mongorestore was given. */
  restored(): Buffer;
  remove(): void;
}

/** A pod of MongoDB's. */
export function pod(isReady = true): object {
  return {
    metadata: { name: "mongodb-0" },
    spec: { volumes: [{ name: "data" }, { name: "users", secret: { secretName: "mongodb-users" } }] },
    status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
  };
}

/** Puts it into the cluster of a machine. */
export function fakeMongodb(machine: Machine, behaviour: Behaviour = {}): FakeMongodb {
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-mongodb-"));
  const { archive = Buffer.alloc(0), pods = [pod()], hasKubectl = true } = behaviour;
  writeFileSync(join(folder, "archive"), archive);
  writeFileSync(join(folder, "pods"), JSON.stringify({ items: pods }));
  for (const log of ["commands", "secrets", "restored"]) writeFileSync(join(folder, log), "");
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
    return `exec '${join(folder, name)}' "$@"`;
  };
  const kubectl = program("kubectl", `#!/bin/sh\n${script(folder, behaviour)}\n`);
  const minikube = program("minikube", machine.script("minikube"));
  machine.set({
    programs: hasKubectl
      ? { kubectl }
      : { kubectl: undefined, minikube: `[ "$1" = kubectl ] && ${kubectl}\n${minikube}` },
  });
  const lines = (name: string) => readFileSync(join(folder, name), "utf8").trim().split("\n");
  return {
    folder,
    commands: () => lines("commands"),
    secrets: () => lines("secrets"),
    restored: () => readFileSync(join(folder, "restored")),
    remove() {
      rmSync(folder, { recursive: true });
    },
  };
}

function secretData(): Record<string, string> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return { "app-user": base64(user), "app-password": base64(password), "root-user": base64("root-7") };
}

function script(folder: string, { afterDump = "", mongorestore, filled = [] }: Behaviour): string {
  return `
    cat() { PATH='${PATH}' command cat "$@"; }
    begin() { printf '%s\\n' "$*" >>'${folder}/commands'; IFS= read -r secret; echo "$secret" >>'${folder}/secrets'; }
    case "$*" in
      *" get --namespace koa-mongo-stack-dev-1234 pods "*) cat '${folder}/pods' ;;
      *" secret mongodb-users "*) printf '%s' '${JSON.stringify({ data: secretData() })}' ;;
      *" exec "*" mongodump "*) begin "$@"; cat '${folder}/archive'; ${afterDump} ;;
      *" exec "*" mongorestore "*) begin "$@"
        ${mongorestore ?? `cat >'${folder}/restored'; echo '2 document(s) restored successfully. 0 document(s) failed to restore.' >&2`} ;;
      *" exec "*" mongosh "*) begin "$@"; echo '${JSON.stringify(filled)}' ;;
      *) echo "unexpected: kubectl $*" >&2; exit 64 ;;
    esac`;
}
