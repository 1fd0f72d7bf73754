import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { abortOnInterrupt, loadFlags } from "../../tools/commands/load.ts";
import { loadOptions, type LoadFlags } from "../../tools/load/load-options.ts";
import type { Finding } from "../../tools/load/load-findings.ts";
import { findingLines, measureLoad, type LoadResult } from "../../tools/load/measure-load.ts";
import { cliCommand, runCommandLine } from "../../tools/terminal/cli-command.ts";
import { runOnTerminal } from "../../tools/terminal/command-context.ts";
import { writeSection } from "./performance-page.ts";
import { measured, watchMachine } from "./this-machine.ts";

/** How a load was measured. */
export interface Measurement {
  /** Whether the load was clients that wait for their answers. They have a section of their own. */
  readonly hasClients: boolean;
  /** Arguments of the command, for readers who want to measure again. */
  readonly args: readonly string[];
  /** What {@link watchMachine} says. */
  readonly machine: string;
}

/**
 * Writes what a load showed into its section of `performance.md`, with a picture.
 * @param folder the folder of the page
 * @returns the file of the picture
 */
export async function writeLoadReport(
  folder: string,
  { findings, picture, metricsPeriod }: Pick<LoadResult, "findings" | "picture" | "metricsPeriod">,
  { hasClients, args, machine }: Measurement,
): Promise<string> {
  const section = hasClients ? "clients" : "load";
  const drawing = hasClients ? "load-clients.svg" : "load.svg";
  const file = join(folder, drawing);
  await mkdir(folder, { recursive: true });
  await writeFile(file, picture);
  const measuring = metricsPeriod === undefined ? "" : ` metrics-server measured every ${metricsPeriod} s.`;
  const where = measured(["npm run load:write -w dev", ...args], machine);
  const body = `${where}${measuring}\n\n${list(findings)}\n\n![load, CPU and pods](${drawing})`;
  await writeSection(folder, section, body);
  return file;
}

function list(found: readonly Finding[]): string {
  return found
    .map(([about, sentence]) => (about === "" ? `  ${sentence}` : `- ${about}: ${sentence}`))
    .join("\n");
}

/** `npm run load:write -w dev`: what `npm run load` measures, written into docs/performance.md. */
async function main(args: readonly string[]): Promise<number> {
  const command = cliCommand("load:write -w dev", {
    summary: "Load the running service, and write docs/performance.md.",
    examples: ["npm run load:write -w dev -- --clients 64 --seconds 600"],
  });
  for (const flag of loadFlags()) command.addOption(flag);
  command.action(async (flags: LoadFlags) => {
    const signal = abortOnInterrupt();
    await runOnTerminal(async (context) => {
      const machine = watchMachine();
      const result = await measureLoad(loadOptions(flags), context, signal);
      const measurement = { hasClients: flags.clients !== undefined, args, machine: machine() };
      const file = await writeLoadReport(join(context.project.folder, "docs"), result, measurement);
      context.print(`\n${findingLines([...result.findings, ["picture", file]])}`);
      return undefined;
    });
  });
  return await runCommandLine(command, args);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
