import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadFlags } from "../../tools/commands/load.ts";
import { loadOptions, type LoadFlags } from "../../tools/load/load-options.ts";
import type { Finding } from "../../tools/load/load-findings.ts";
import { findingLines, measureLoad } from "../../tools/load/measure-load.ts";
import { cliCommand, runCommandLine } from "../../tools/terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../../tools/terminal/command-context.ts";
import { writeSection } from "./performance-page.ts";
import { measured, watchMachine } from "./this-machine.ts";

/** `npm run load:write`: what `npm run load` measures, written into its section of docs/performance.md. */
export async function writeLoadReport(
  flags: LoadFlags,
  args: readonly string[],
  context: CommandContext,
  signal: AbortSignal,
): Promise<undefined> {
  const machine = watchMachine();
  const { findings, picture, metricsPeriod } = await measureLoad(loadOptions(flags), context, signal);
  const folder = join(context.project.folder, "docs");
  const section = flags.clients === undefined ? "load" : "clients";
  const drawing = section === "clients" ? "load-clients.svg" : "load.svg";
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, drawing), picture);
  context.print(`\n${findingLines([...findings, ["picture", join(folder, drawing)]])}`);
  const measuring = metricsPeriod === undefined ? "" : ` metrics-server measured every ${metricsPeriod} s.`;
  const where = measured(["npm run load:write --workspace dev", ...args], machine());
  await writeSection(
    folder,
    section,
    `${where}${measuring}\n\n${list(findings)}\n\n![load, CPU and pods](${drawing})`,
  );
}

function list(found: readonly Finding[]): string {
  return found
    .map(([about, sentence]) => (about === "" ? `  ${sentence}` : `- ${about}: ${sentence}`))
    .join("\n");
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const stopping = new AbortController();
  process.once("SIGINT", () => {
    stopping.abort();
  });
  const command = cliCommand("load:write --workspace dev", {
    summary: "Load the running service, and write docs/performance.md.",
    examples: ["npm run load:write --workspace dev -- --clients 64 --seconds 600"],
  });
  for (const flag of loadFlags()) command.addOption(flag);
  command.action(async (flags: LoadFlags) => {
    await runOnTerminal((context) => writeLoadReport(flags, args, context, stopping.signal));
  });
  process.exitCode = await runCommandLine(command, args);
}
