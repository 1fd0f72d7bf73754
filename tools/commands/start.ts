import { spawn } from "node:child_process";
import { once } from "node:events";
import { localFlags, serveLocally, type LocalFlags } from "../local/local-service.ts";
import { whyLocal } from "../local/stack-or-service.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";

export const command = cliCommand("start", {
  summary: "Run `up` if Docker runs, else the service on this machine.",
  description:
    "Runs `npm run up` if Docker runs. Otherwise runs the service on this machine with an embedded MongoDB, until Ctrl-C. " +
    "The options are for the service on this machine.",
  examples: ["npm start", "npm start -- --port 8080"],
});
for (const flag of localFlags()) command.addOption(flag);
command.action(async (flags: LocalFlags) => {
  await runOnTerminal((context) => start(flags, context));
  // Timers would keep this process alive.
  process.exit();
});

/** Returns the exit code of `npm run up`, or undefined if only the service ran. */
async function start(flags: LocalFlags, context: CommandContext): Promise<number | undefined> {
  const why = await whyLocal(context);
  if (why === undefined) return await npmRunUp();
  context.print(why);
  await serveLocally({ ...flags, reload: false });
  return undefined;
}

/** Returns the exit code of `npm run up`. */
async function npmRunUp(): Promise<number> {
  // On Windows npm is a script, and only a shell can start scripts.
  const up = spawn("npm run up", { shell: true, stdio: "inherit" });
  // Ctrl-C reaches `npm run up` too. This process waits until the command has cleaned up.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => up.kill("SIGTERM"));
  const [code] = (await once(up, "exit")) as [number | null];
  return code ?? 1;
}
