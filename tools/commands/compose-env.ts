import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainSystemErrors, UserError } from "../process/user-error.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";

/** Variables that compose.yaml needs. */
const passwords = ["MONGODB_ROOT_PASSWORD", "MONGODB_APP_PASSWORD"];

const notice = `# Written by npm run compose:env; docker compose reads it. After a change, run: docker compose up
`;

export const command = cliCommand("compose:env", {
  summary: "Write .env with new passwords for `docker compose up`.",
  description: "Writes .env with new passwords for `docker compose up`, unless .env exists.",
  examples: ["npm run compose:env && docker compose up"],
})
  .argument("[folder]", "The folder to write .env into. (default: the project's)")
  .action(async (folder: string | undefined) => {
    await runOnTerminal((context) => composeEnv({ folder }, context));
  });

/**
 * Writes .env unless it exists.
 * @throws {UserError} .env exists and lacks a password, or the folder can't be written
 */
export function composeEnv(
  { folder }: { readonly folder?: string | undefined },
  { project, print }: Pick<CommandContext, "project" | "print">,
): Promise<undefined> {
  const path = join(folder ?? project.folder, ".env");
  const text = notice + passwords.map((name) => `${name}=${randomPassword()}\n`).join("");
  if (explainSystemErrors(`write ${path}`, () => writeNew(path, text))) {
    print(`${path} has new passwords, for this machine only. Run: docker compose up`);
    return Promise.resolve(undefined);
  }
  const missing = missingIn(explainSystemErrors(`read ${path}`, () => readFileSync(path, "utf8")));
  if (missing.length > 0) {
    throw new UserError(
      `${path} exists and was not changed, but lacks ${missing.join(" and ")}. Add a value to the file.`,
    );
  }
  print(`${path} exists and was not changed.`);
  return Promise.resolve(undefined);
}

/** The characters are letters, digits, "-" and "_", which a connection string takes without escapes. */
function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

/** Writes a new file that only its owner can read. Returns false, and writes nothing, if the file exists. */
function writeNew(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function missingIn(text: string): string[] {
  return passwords.filter((name) => !new RegExp(`^${name}=.`, "m").test(text));
}
