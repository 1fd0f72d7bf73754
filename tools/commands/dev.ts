import { localFlags, serveLocally, type LocalFlags } from "../local/local-service.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal } from "../terminal/command-context.ts";

export const command = cliCommand("dev", {
  summary: "Run the service on this machine, and restart it when its code changes.",
  description:
    "Runs the service on this machine with an embedded MongoDB, and restarts it when its code changes, until Ctrl-C.",
  examples: ["npm run dev", "npm run dev -- --port 8080"],
});
for (const flag of localFlags()) command.addOption(flag);
command.action(async (flags: LocalFlags) => {
  await runOnTerminal(async () => {
    await serveLocally({ ...flags, reload: true });
    return undefined;
  });
  // Watchers and timers would keep this process alive.
  process.exit();
});
