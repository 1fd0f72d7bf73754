import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../process/exit-code.ts";

/** What compose.yaml asks of its environment. */
const passwords = ["MONGODB_ROOT_PASSWORD", "MONGODB_APP_PASSWORD"];

const notice = `# Made by npm run compose:env; docker compose reads it. MongoDB takes the passwords into its volume at its first
# start. After that only "docker compose down --volumes", which deletes the documents, makes room for other passwords.
`;

// `npm run compose:env [FOLDER]`: writes .env into the folder, default the project's, unless there is one.
await runProgram(() => {
  const path = join(process.argv[2] ?? join(import.meta.dirname, "../.."), ".env");
  if (writeNew(path, notice + passwords.map((name) => `${name}=${randomPassword()}\n`).join(""))) {
    console.log(`${path} has new passwords, for this machine only: docker compose up`);
    return Promise.resolve();
  }
  const missing = missingIn(readFileSync(path, "utf8"));
  if (missing.length > 0) {
    throw new Error(
      `${path} is there and stays as it is, but it lacks ${missing.join(" and ")}: add a value.`,
    );
  }
  console.log(`${path} is there and stays as it is.`);
  return Promise.resolve();
});

/** Letters, digits, "-" and "_": a connection string takes them as they are. */
function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

/** Writes a file that only its owner may read; false, and nothing written, when there is one. */
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
