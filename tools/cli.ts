import { Command } from "commander";
import { exitCodeMeanings, exitCodes } from "./process/exit-codes.ts";
import { bugReport, exitCodeOf } from "./process/run-program.ts";
import { runCommandLine } from "./terminal/cli-command.ts";

/** A file of `tools/commands/`. */
interface CommandModule {
  readonly command: Command;
  /** Runs another program with these arguments, `--help` included. Returns the program's exit code. */
  readonly passThrough?: (args: readonly string[]) => Promise<number>;
}

/** Only the chosen command's module is loaded: all modules together take a second. */
const commands: Readonly<Record<string, () => Promise<CommandModule>>> = {
  up: () => import("./commands/up.ts"),
  down: () => import("./commands/down.ts"),
  doctor: () => import("./commands/doctor.ts"),
  status: () => import("./commands/status.ts"),
  logs: () => import("./commands/logs.ts"),
  backup: () => import("./commands/backup.ts"),
  restore: () => import("./commands/restore.ts"),
  "rotate-password": () => import("./commands/rotate-password.ts"),
  load: () => import("./commands/load.ts"),
  start: () => import("./commands/start.ts"),
  dev: () => import("./commands/dev.ts"),
  "compose:env": () => import("./commands/compose-env.ts"),
  minikube: () => import("./commands/minikube.ts"),
  pulumi: () => import("./commands/pulumi.ts"),
};

const exitCodeTable = Object.entries(exitCodes)
  .map(([name, code]) => `  ${String(code).padEnd(5)}${exitCodeMeanings[name as keyof typeof exitCodes]}`)
  .join("\n");

// It is no bug if a reader such as `head` closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});
process.on("uncaughtException", (error) => {
  console.error(bugReport(error));
  process.exit(exitCodes.bug);
});

process.exitCode = await exitCodeOf(() => main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const chosen = await load?.();
  if (chosen?.passThrough !== undefined) return await chosen.passThrough(rest);
  return await runCommandLine(programOf(chosen === undefined ? await loadAll() : [chosen]), args);
}

async function loadAll(): Promise<CommandModule[]> {
  return await Promise.all(Object.values(commands).map((load) => load()));
}

function programOf(modules: readonly CommandModule[]): Command {
  const program = new Command("npm run")
    .description("Runs the service and its database on Kubernetes, on this machine.")
    .usage("<command> -- [options]")
    .helpOption("-h, --help", "Show this help.")
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError("All commands: node tools/main.js --help")
    .exitOverride()
    .addHelpText(
      "after",
      `\nOptions of a command: npm run <command> -- --help\n\nExit codes:\n${exitCodeTable}`,
    );
  for (const { command } of modules) program.addCommand(command);
  return program;
}
