import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runOrThrow, runWithProgress, type Environment } from "../../tools/process/child-process.ts";

/** A stack of the project in a folder, with its own backend, used through Pulumi's command line. */
export interface PulumiStack {
  /** Runs `pulumi up` without questions and preview, like `npm run up`. */
  up(): Promise<void>;
  destroy(): Promise<void>;
  /** Value of a stack output. */
  output(name: string): Promise<string>;
}

/** Creates a stack of the project in a folder. */
export async function createStack(
  folder: string,
  name: string,
  config: Readonly<Record<string, string>> = {},
  variables: Environment = {},
): Promise<PulumiStack> {
  const backend = join(folder, ".pulumi/state");
  await mkdir(backend, { recursive: true });
  const run = {
    cwd: folder,
    env: {
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this measurement",
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...variables,
    },
  };
  const pulumi = async (...args: string[]) => {
    await runWithProgress("pulumi", [...args, "--stack", name, "--non-interactive"], run, () => undefined);
  };
  await runOrThrow("pulumi", ["stack", "init", name, "--non-interactive"], { ...run, timeoutMs: 60_000 });
  for (const [key, value] of Object.entries(config)) await pulumi("config", "set", key, value);
  return {
    up: () => pulumi("up", "--yes", "--skip-preview"),
    destroy: () => pulumi("destroy", "--yes", "--skip-preview"),
    async output(key) {
      const args = ["stack", "output", key, "--stack", name];
      return (await runOrThrow("pulumi", args, { ...run, timeoutMs: 60_000 })).trim();
    },
  };
}
