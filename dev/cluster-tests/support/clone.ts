import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { copyProject, type ProjectCopy } from "../../../tools/test/support/project-copy.ts";
import { startProgram, type Running } from "../../../tools/test/support/running-command.ts";

/** A clone of the project, for a user who is not logged in to Pulumi. */
export interface Clone {
  readonly project: ProjectCopy;
  /** Starts `npm run NAME`. */
  starts(name: string, ...args: string[]): Running;
  /** Runs `npm run NAME` to its end, and returns its output. Rejects if the command fails. */
  runs(name: string, ...args: string[]): Promise<string>;
  /** Like `runs`, for a command that must fail. */
  fails(name: string, ...args: string[]): Promise<string>;
  /** Replaces the stack's configuration. */
  set(config: Readonly<Record<string, string>>): Promise<void>;
  /** Deletes Pulumi's state, as `git clean -xdf` does. */
  deleteState(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Clones the project.
 * @param stack name of the clone's stack
 * @param config the stack's configuration
 */
export async function newClone(stack: string, config: Readonly<Record<string, string>>): Promise<Clone> {
  const project = await copyProject();
  const set: Clone["set"] = async (values) => {
    const keys = Object.entries(values).map(([key, value]) => [`koa-mongo-stack:${key}`, value]);
    const settings = stringify({ config: Object.fromEntries(keys) as Record<string, string> });
    await writeFile(join(project.folder, `Pulumi.${stack}.yaml`), settings);
  };
  await set(config);
  const env = {
    PULUMI_STACK: stack,
    PULUMI_BACKEND_URL: undefined,
    PULUMI_CREDENTIALS_PATH: join(project.folder, ".pulumi"),
  };
  const starts = (name: string, ...args: string[]) => startProgram(name, env, args, project.folder);
  const ends = async (wanted: boolean, name: string, args: readonly string[]) => {
    const program = starts(name, ...args);
    const code = await program.exitCode();
    if ((code === 0) !== wanted) throw new Error(`${name} ended with code ${code}:\n${program.output()}`);
    return program.output();
  };
  return {
    project,
    starts,
    runs: (name, ...args) => ends(true, name, args),
    fails: (name, ...args) => ends(false, name, args),
    set,
    deleteState: () => rm(join(project.folder, ".pulumi"), { recursive: true }),
    remove: () => project.remove(),
  };
}
