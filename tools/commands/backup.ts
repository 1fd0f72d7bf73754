import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkArchive } from "../backup/archive.ts";
import { dumpDatabase } from "../backup/dump-database.ts";
import { withMongodb } from "../backup/stack-mongodb.ts";
import { removeAbandoned, writeGzip, writeAtomically } from "../backup/atomic-file.ts";
import { interruptible } from "../process/interruptible.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";
import { stackName, type Project } from "../pulumi/project-settings.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { megabytes } from "../terminal/format-bytes.ts";

/** Options of `npm run backup`. */
export interface BackupOptions {
  /** The file to write. @default a file in `backups/`, with the time in its name */
  readonly file?: string | undefined;
  /** Whether to replace an existing file. */
  readonly force: boolean;
}

export const command = cliCommand("backup", {
  summary: "Write the database to a file.",
  description:
    "Writes the documents and indexes of the database to a file, and reads the file again to check it. " +
    "The file is not encrypted. mongorestore can read it, too.",
  examples: ["npm run backup", "npm run backup -- before-release.gz --force"],
})
  .argument("[file]", "The file to write. (default: backups/dev-<time>.archive.gz)")
  .option("--force", "Replace the file if it exists.", false)
  .action(async (file: string | undefined, { force }: { force: boolean }) => {
    await runOnTerminal((context) => backup({ file, force }, context));
  });

/**
 * Writes the database's documents and indexes to a file, which appears only when it is complete.
 * @throws {UserError} a problem, in one sentence
 * @throws {InterruptedError} after Ctrl-C
 */
export async function backup(
  { file: name, force }: BackupOptions,
  context: CommandContext,
): Promise<undefined> {
  const { project, step, print } = context;
  const file = fileFor(project, name);
  if (existsSync(file) && !force) {
    throw new UserError(`${file} exists. To replace it, run: npm run backup -- ${file} --force`);
  }
  const start = performance.now();
  const { bytes, documents } = await interruptible((signal) =>
    withMongodb(context, signal, async (db) => {
      const write = (part: string) =>
        step(`writing ${db.databaseName}`, ({ say }) => writeGzip(part, dumpDatabase(db), say, signal));
      const check = (part: string) => step("checking the file", ({ say }) => checkArchive(part, say, signal));
      return await explainSystemErrors(`write ${file}`, async () => {
        await removeAbandoned(join(project.folder, "backups"), suffix);
        return await writeAtomically(file, write, check);
      });
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const count = [...documents.values()].reduce((sum, some) => sum + some, 0);
  print(`
${file}

  ${megabytes(bytes)} MB, ${count} documents, ${seconds.toFixed(1)} s
  The file is not encrypted. Keep it where only you can read it.
  npm run restore -- ${file}`);
}

const suffix = ".archive.gz";

/** The named file, relative to the folder where npm was called. Without a name, a file with the time in its name. */
function fileFor({ folder }: Project, name: string | undefined): string {
  if (name !== undefined) return resolve(process.env.INIT_CWD ?? "", name);
  const time = new Date().toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return join(folder, "backups", `${stackName}-${time}${suffix}`);
}
