import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readArchive, type Contents } from "../backup/archive.ts";
import { dump } from "../backup/dump-restore.ts";
import { findMongodb, type Mongodb } from "../backup/mongodb-pod.ts";
import { megabytes } from "../terminal/format-bytes.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { stackName, type Project } from "../pulumi/project-settings.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/** What `npm run backup` takes. */
export interface BackupOptions {
  /** @default one in `backups/`, with the time in its name */
  readonly file?: string | undefined;
  /** Whether a file that exists is replaced. */
  readonly force: boolean;
}

export const command = cliCommand("backup", {
  summary: "Write the database to a file.",
  description:
    "Writes the documents and indexes of the database to a file, and reads the file again to check it.",
  examples: ["npm run backup", "npm run backup -- before-release.gz --force"],
})
  .argument("[file]", "The file to write. (default: backups/dev-<time>.archive.gz)")
  .option("--force", "Replace the file if it exists.", false)
  .action(async (file: string | undefined, { force }: { force: boolean }) => {
    await runOnTerminal((context) => backup({ file, force }, context));
  });

/**
 * Writes the database's documents and indexes to a file, which exists only once it is complete.
 * @throws {UserError} one sentence, or what the program that failed has printed
 */
export async function backup(
  { file: name, force }: BackupOptions,
  context: CommandContext,
): Promise<undefined> {
  const file = fileFor(context.project, name);
  if (existsSync(file) && !force) {
    throw new UserError(`${file} is there. To write over it: npm run backup -- ${file} --force`);
  }
  const start = performance.now();
  const mongodb = await findMongodb(context);
  const { bytes, documents } = await explainSystemErrors(`write ${file}`, () =>
    write(file, mongodb, context),
  );
  const seconds = (performance.now() - start) / 1000;
  context.print(`
${file}

  ${megabytes(bytes)} MB, ${documents} documents, ${seconds.toFixed(1)} s
  npm run restore -- ${file}`);
}

async function write(file: string, mongodb: Mongodb, { project, step }: CommandContext): Promise<Contents> {
  const part = `${file}.part`;
  await mkdir(dirname(file), { recursive: true });
  await removeAbandoned(join(project.folder, "backups"));
  // Other users may be allowed to read what an earlier, interrupted backup left.
  await rm(part, { force: true });
  try {
    await step("mongodump", ({ say }) => dump(mongodb, part, say));
    // kubectl may end with 0 though the connection was cut.
    const contents = await step("reading it again", ({ say }) => readArchive(part, say));
    await rename(part, file);
    return contents;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Milliseconds after which a file to which nothing was written belongs to a backup that was killed. */
const abandonedMs = 10 * 60_000;

/** Deletes what killed backups left in the project's own folder. */
async function removeAbandoned(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".archive.gz.part")) continue;
    const part = join(folder, name);
    if (Date.now() - (await stat(part)).mtimeMs > abandonedMs) await rm(part, { force: true });
  }
}

/** The file that was named, as seen from where npm was called, or one with the time in its name. */
function fileFor({ folder }: Project, name: string | undefined): string {
  if (name !== undefined) return resolve(process.env.INIT_CWD ?? "", name);
  const time = new Date().toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return join(folder, "backups", `${stackName}-${time}.archive.gz`);
}
