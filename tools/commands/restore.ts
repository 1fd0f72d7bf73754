import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { database, readArchive, type Contents } from "../backup/archive.ts";
import { dropOthers, filledCollections, load } from "../backup/dump-restore.ts";
import { findMongodb, type Mongodb } from "../backup/mongodb-pod.ts";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { UserError } from "../process/user-error.ts";

/**
 * Brings the documents and indexes of a backup into the database, if it is empty; with `--drop` instead of all that
 * is there. The file is read to its end before anything is changed.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function restore(args: readonly string[], context: CommandContext): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { drop: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1)
    throw new UserError("Name one file: npm run restore -- FILE");
  const file = resolve(process.env.INIT_CWD ?? "", name);
  const { drop } = values;
  const { step, print } = context;
  const start = performance.now();
  const contents = await step(`reading ${file}`, ({ say }) => readArchive(file, say));
  const mongodb = await findMongodb(context);
  if (!drop) await step(`the database ${database}`, () => requireEmpty(mongodb, file));
  await step("mongorestore", async ({ say }) => {
    try {
      await bring(contents, mongodb, file, drop, say);
    } catch (error) {
      const again = `npm run restore -- ${file} --drop`;
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError(`${why}\nThe database may have a part of ${file} now. To do it again: ${again}`, {
        cause: error,
      });
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

async function bring(
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

if (import.meta.main) {
  process.exitCode = await exitCode(terminalContext(), (context) => restore(process.argv.slice(2), context));
}
