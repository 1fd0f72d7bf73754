import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownFolder, type Project } from "./project-settings.ts";
import { ask, type Environment } from "../process/child-process.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/** Where Pulumi keeps the stack. */
export interface Backend {
  /** Whose: the login's that is there, or the project's own. */
  readonly kind: "login" | "project";
  /** As a person would say it. */
  readonly text: string;
  /** Pulumi's own address. */
  readonly url: string;
  /** What Pulumi must be told to find it. */
  readonly env: Environment;
}

/**
 * Finds the backend without changing anything. A stack in the project's own stays there, also after a login: else
 * that login would get a second one beside it.
 * @param signal ends the question to Pulumi
 * @throws {UserError} Pulumi is not on PATH, or can't say who is logged in (a network that is down, say)
 */
export async function findBackend(project: Project, signal?: AbortSignal): Promise<Backend> {
  const made = projectBackend(project);
  if (made !== undefined) return made;
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = { env, cwd: project.folder, signal };
  const answer = await ask("pulumi", ["whoami", "--non-interactive", "--json"], run);
  if (answer.kind === "ok") {
    const { user, url } = JSON.parse(answer.stdout) as { user: string; url: string };
    return { kind: "login", text: `${user} at ${url}`, url, env };
  }
  if (answer.kind === "absent") throw new UserError("pulumi is not on PATH.");
  if (/PULUMI_ACCESS_TOKEN|not logged in|pulumi login/i.test(answer.message)) return own(project);
  throw new UserError(
    `Pulumi can't reach the backend it is logged in to. Run: pulumi logout, for one in the project.\n${answer.message}`,
  );
}

/** The project's own, once it is made, unless the environment says another. */
export function projectBackend(project: Project): Backend | undefined {
  if (process.env.PULUMI_BACKEND_URL !== undefined || !existsSync(stateFolder(project))) return undefined;
  return own(project);
}

/** Makes what the project's own backend lacks: the folder and the passphrase. */
export function prepareBackend(project: Project, { kind }: Backend): void {
  if (kind !== "project") return;
  makePassphrase(project);
  explainSystemErrors(`create ${stateFolder(project)}`, () =>
    mkdirSync(stateFolder(project), { recursive: true }),
  );
}

/** The file with the passphrase that encrypts the stacks made here. */
export function passphraseFile(project: Project): string {
  return join(ownFolder(project), "passphrase");
}

/** Makes a passphrase, once: another would not open what the first has closed. */
export function makePassphrase(project: Project): void {
  const file = passphraseFile(project);
  if (existsSync(file)) return;
  explainSystemErrors(`write ${file}`, () => {
    mkdirSync(ownFolder(project), { recursive: true });
    // Renamed, so that what is cut off here leaves no empty one.
    writeFileSync(`${file}.new`, randomBytes(24).toString("base64url"), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  });
}

function own(project: Project): Backend {
  // Pulumi's own form of a file URL: no escapes, and forward slashes on Windows, too.
  const url = `file://${stateFolder(project).replaceAll("\\", "/")}`;
  return {
    kind: "project",
    text: "the project's own, in .pulumi/state",
    url,
    env: {
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_BACKEND_URL: url,
      // It would win over the file.
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project),
    },
  };
}

function stateFolder(project: Project): string {
  return join(ownFolder(project), "state");
}
