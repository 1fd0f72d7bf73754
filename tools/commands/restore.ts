import { resolve } from "node:path";
import type { Db } from "mongodb";
import { checkArchive, requireDatabase, type Archive } from "../backup/archive.ts";
import { filledCollections } from "../backup/collections.ts";
import { restoreDatabase, type RestoreArgs } from "../backup/restore-database.ts";
import { withMongodb } from "../backup/stack-mongodb.ts";
import { interruptible } from "../process/interruptible.ts";
import { explainSystemErrors, InterruptedError, UserError } from "../process/user-error.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";

/** Options of `npm run restore`. */
export interface RestoreOptions {
  /** The backup, relative to the folder where npm was called. */
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
 * Restores the documents and indexes of a backup. Reads the whole file before the first change.
 * @throws {UserError} a problem, in one sentence
 * @throws {InterruptedError} after Ctrl-C
 */
export async function restore(
  { file: name, drop }: RestoreOptions,
  context: CommandContext,
): Promise<undefined> {
  const file = resolve(process.env.INIT_CWD ?? "", name);
  const { step, print } = context;
  const start = performance.now();
  const { database, documents } = await interruptible(async (signal) => {
    const archive = await explainSystemErrors(`read ${file}`, () =>
      step(`reading ${file}`, ({ say }) => checkArchive(file, say, signal)),
    );
    return await withMongodb(context, signal, async (db) => {
      requireDatabase(archive, db.databaseName);
      if (!drop) await step(`the database ${db.databaseName}`, () => requireEmpty(db, file));
      await step("restoring", ({ say }) => restoreAll(archive, { file, db, drop, say, signal }));
      return { database: db.databaseName, documents: archive.documents.get(db.databaseName) ?? 0 };
    });
  });
  const seconds = (performance.now() - start) / 1000;
  print(
    `\nRestored ${documents} documents from ${file} to the database ${database} in ${seconds.toFixed(1)} s.`,
  );
}

async function requireEmpty(db: Db, file: string): Promise<void> {
  const filled = await filledCollections(db);
  if (filled.length === 0) return;
  throw new UserError(
    `Nothing was restored: the database ${db.databaseName} has documents in ${filled.join(", ")}. ` +
      `To replace the whole database, run: npm run restore -- ${file} --drop`,
  );
}

async function restoreAll({ documents }: Archive, args: RestoreArgs): Promise<void> {
  const { file, db, signal } = args;
  const again =
    `\nThe database may now have only a part of ${file}. ` +
    `To restore again, run: npm run restore -- ${file} --drop`;
  try {
    const { inserted, failed, reason } = await explainSystemErrors(`read ${file}`, () =>
      restoreDatabase(args),
    );
    const wanted = documents.get(db.databaseName) ?? 0;
    if (failed === 0 && inserted === wanted) return;
    const why = reason === undefined ? "" : `: ${reason}`;
    throw new UserError(`MongoDB inserted ${inserted} of ${wanted} documents${why}.`);
  } catch (error) {
    if (signal?.aborted === true) throw new InterruptedError(`Interrupted.${again}`, { cause: error });
    if (error instanceof Error) error.message += again;
    throw error;
  }
}
