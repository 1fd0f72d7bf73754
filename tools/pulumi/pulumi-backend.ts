import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownFolder, type Project } from "./project-settings.ts";
import { tryRun, type Environment } from "../process/child-process.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/** The backend where Pulumi stores the stack. */
export interface Backend {
  /** `login` for the backend of Pulumi's login, `project` for the folder `.pulumi/state`. */
  readonly kind: "login" | "project";
  /** Description for users. */
  readonly text: string;
  /** Address in Pulumi's format. */
  readonly url: string;
  /** Environment that selects the backend. */
  readonly env: Environment;
}

/**
 * Finds the backend without changing anything. A stack in the project's own backend stays there, even after a login.
 * Otherwise the login's backend would get a second stack.
 * @param signal ends the question to Pulumi
 * @throws {UserError} Pulumi is not on PATH, or can't reach the backend of its login
 */
export async function findBackend(project: Project, signal?: AbortSignal): Promise<Backend> {
  const existing = projectBackend(project);
  if (existing !== undefined) return existing;
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = { env, cwd: project.folder, signal };
  const answer = await tryRun("pulumi", ["whoami", "--non-interactive", "--json"], run);
  if (answer.kind === "ok") {
    const { user, url } = JSON.parse(answer.stdout) as { user: string; url: string };
    return { kind: "login", text: `${user} at ${url}`, url, env };
  }
  if (answer.kind === "absent") throw new UserError("pulumi is not on PATH. Run: npm run up");
  if (/PULUMI_ACCESS_TOKEN|not logged in|pulumi login/i.test(answer.message)) return own(project);
  throw new UserError(
    `Pulumi can't reach the backend of its login. To use a backend in this project, run: pulumi logout\n${answer.message}`,
  );
}

/** The project's own backend, if it exists and the environment doesn't select another. */
export function projectBackend(project: Project): Backend | undefined {
  if (process.env.PULUMI_BACKEND_URL !== undefined || !existsSync(stateFolder(project))) return undefined;
  return own(project);
}

/** Creates the folder and the passphrase of the project's own backend, if missing. */
export function prepareBackend(project: Project, { kind }: Backend): void {
  if (kind !== "project") return;
  createPassphrase(project);
  explainSystemErrors(`create ${stateFolder(project)}`, () =>
    mkdirSync(stateFolder(project), { recursive: true }),
  );
}

/** The file with the passphrase for stacks that were created here. */
export function passphraseFile(project: Project): string {
  return join(ownFolder(project), "passphrase");
}

/** Creates the passphrase, unless it exists. A new passphrase could not decrypt existing secrets. */
export function createPassphrase(project: Project): void {
  const file = passphraseFile(project);
  if (existsSync(file)) return;
  explainSystemErrors(`write ${file}`, () => {
    mkdirSync(ownFolder(project), { recursive: true });
    // The rename is atomic, so that an interruption leaves no empty passphrase.
    writeFileSync(`${file}.new`, randomBytes(24).toString("base64url"), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  });
}

function own(project: Project): Backend {
  // Pulumi's format of a file URL: no escapes, and forward slashes on Windows, too.
  const url = `file://${stateFolder(project).replaceAll("\\", "/")}`;
  return {
    kind: "project",
    text: ".pulumi/state in this project",
    url,
    env: {
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_BACKEND_URL: url,
      // This variable would take precedence over the file.
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project),
    },
  };
}

function stateFolder(project: Project): string {
  return join(ownFolder(project), "state");
}
