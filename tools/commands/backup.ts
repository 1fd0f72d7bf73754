import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readArchive, type Contents } from "../backup/archive.ts";
import { dump } from "../backup/dump-restore.ts";
import { findMongodb, type Mongodb } from "../backup/mongodb-pod.ts";
import { megabytes } from "../terminal/format-bytes.ts";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { stackName, type Project } from "../pulumi/project-settings.ts";
import { UserError } from "../process/user-error.ts";

/**
 * Writes the database's documents and indexes to a file, which is there when it is whole.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function backup(args: readonly string[], context: CommandContext): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { force: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new UserError("There can be one file: npm run backup -- FILE");
  const file = fileFor(context.project, positionals[0]);
  if (existsSync(file) && !values.force) {
    throw new UserError(`${file} is there. To write over it: npm run backup -- ${file} --force`);
  }
  const start = performance.now();
  const { bytes, documents } = await write(file, await findMongodb(context), context);
  const seconds = (performance.now() - start) / 1000;
  context.print(`
${file}

  ${megabytes(bytes)} MB, ${documents} documents, ${seconds.toFixed(1)} s
  npm run restore -- ${file}`);
}

async function write(file: string, mongodb: Mongodb, { step }: CommandContext): Promise<Contents> {
  const part = `${file}.part`;
  await mkdir(dirname(file), { recursive: true });
  // One that was cut off earlier may belong to others, too.
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

/** The file that was named, as seen from where npm was called, or one with the time in its name. */
function fileFor({ folder }: Project, name: string | undefined): string {
  if (name !== undefined) return resolve(process.env.INIT_CWD ?? "", name);
  const time = new Date().toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return join(folder, "backups", `${stackName}-${time}.archive.gz`);
}

if (import.meta.main) {
  process.exitCode = await exitCode(terminalContext(), (context) => backup(process.argv.slice(2), context));
}
