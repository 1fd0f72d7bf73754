import { resolve } from "node:path";
import { database, readArchive, type Contents } from "../backup/archive.ts";
import { dropOthers, filledCollections, load } from "../backup/dump-restore.ts";
import { findMongodb, type Mongodb } from "../backup/mongodb-pod.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/** What `npm run restore` takes. */
export interface RestoreOptions {
  /** The backup, seen from where npm was called. */
  readonly file: string;
  /** Whether the backup replaces everything in the database. */
  readonly drop: boolean;
}

export const command = cliCommand("restore", {
  summary: "Restore the database from a file.",
  description:
    "Restores the documents and indexes of a backup. The database must be empty, unless you pass --drop.",
  examples: ["npm run restore -- backups/before-release.gz --drop"],
})
  .argument("<file>", "A file that `npm run backup` wrote.")
  .option("--drop", "Replace everything in the database.", false)
  .action(async (file: string, { drop }: { drop: boolean }) => {
    await runOnTerminal((context) => restore({ file, drop }, context));
  });

/**
 * Restores the documents and indexes of a backup. The file is read to its end before anything is changed.
 * @throws {UserError} one sentence, or what the program that failed has printed
 */
export async function restore(
  { file: name, drop }: RestoreOptions,
  context: CommandContext,
): Promise<undefined> {
  const file = resolve(process.env.INIT_CWD ?? "", name);
  const { step, print } = context;
  const start = performance.now();
  const contents = await step(`reading ${file}`, ({ say }) => readArchive(file, say));
  const mongodb = await findMongodb(context);
  if (!drop) await step(`the database ${database}`, () => requireEmpty(mongodb, file));
  await step("mongorestore", async ({ say }) => {
    try {
      await explainSystemErrors(`read ${file}`, () => loadAll(contents, mongodb, file, drop, say));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const again = `npm run restore -- ${file} --drop`;
      // The class tells the exit code.
      error.message += `\nThe database may have a part of ${file} now. To do it again: ${again}`;
      throw error;
    }
  });
  const seconds = (performance.now() - start) / 1000;
  print(
    `\n${contents.documents} documents of ${file} are in the database ${database}, ${seconds.toFixed(1)} s`,
  );
}

async function requireEmpty(mongodb: Mongodb, file: string): Promise<void> {
  const filled = await filledCollections(mongodb);
  if (filled.length === 0) return;
  throw new UserError(
    `The database ${database} is not empty, it has documents in ${filled.join(", ")}: nothing was restored. ` +
      `To replace all that is there: npm run restore -- ${file} --drop`,
  );
}

async function loadAll(
  { documents, collections }: Contents,
  mongodb: Mongodb,
  file: string,
  drop: boolean,
  say: (line: string) => void,
): Promise<void> {
  const { restored, failed } = await load(mongodb, file, drop, say);
  if (failed > 0 || restored !== documents) {
    throw new UserError(`mongorestore restored ${restored} of ${documents} documents, ${failed} failed.`);
  }
  // mongorestore drops only what it has something else for.
  if (drop) await dropOthers(mongodb, collections);
}
