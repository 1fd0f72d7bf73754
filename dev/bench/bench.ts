import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { drawChart } from "./throughput-chart.ts";
import { baseline, findCeilings, findContenders } from "./contenders.ts";
import { measureAll } from "./measure-contenders.ts";
import { markdown, type Report } from "./bench-report.ts";
import { summarize } from "./round-summary.ts";
import { writeSection } from "../report/performance-page.ts";
import { runProgram } from "../../tools/process/run-program.ts";
import { cliCommand, runCommandLine, wholeNumber } from "../../tools/terminal/cli-command.ts";
import { spelled, watchMachine } from "../report/this-machine.ts";

const project = join(import.meta.dirname, "../..");
const cache = join(project, "node_modules/.cache/koa-mongo-stack");

interface Options {
  readonly clients: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly write: boolean;
}

const command = cliCommand("bench -w dev", {
  summary: "Measures the service beside servers that one would write by hand.",
  examples: ["npm run bench -w dev -- --clients 8 --rounds 3"],
})
  .option(
    "--clients <numbers>",
    "Concurrent connections, measured one after the other.",
    (text) => text.split(",").map(wholeNumber(1, 10_000)),
    [1, 8, 64, 256],
  )
  .option("--rounds <n>", "Measurements of each cell; the median counts.", wholeNumber(1, 1000), 7)
  // Short, so that a slow moment of the machine is the same for all servers.
  .option("--seconds <n>", "Length of each measurement.", positive, 0.6)
  .option("--write", "Write the section of docs/performance.md.", false)
  .action((options: Options) => runProgram(() => bench(options)));

const explanation = `Every server uses the same canned MongoDB, which answers at once, so that only the server is measured. The service has
all of its middleware on: limits, security headers, request ids, the log. \`node:http alone\` has no database, and
shows what Node's own server reaches. \`the load client\` is autocannon against bare sockets, and shows what it can
measure at most. CPU is the server's, per request.
`;

// By default a signal ends a process without a look at what it has started.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function bench(options: Options): Promise<void> {
  const machine = watchMachine();
  const plan = { clients: options.clients, rounds: options.rounds, durationMs: options.seconds * 1000 };
  const contenders = [...(await findContenders(cache)), ...(await findCeilings(cache))];
  const { rounds, footprints } = await measureAll(contenders, plan, console.log);
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    command: spelled(["npm run bench -w dev", ...process.argv.slice(2)]),
    ...plan,
    cells: summarize(rounds, baseline),
    footprints,
  };
  console.log(markdown(report));
  await save(report, options.write);
}

/** Reads the value of an option: a number above zero. */
function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}

/** JSON and chart always; the page where asked. */
async function save(report: Report, isPage: boolean): Promise<void> {
  const folder = isPage ? join(project, "docs") : join(project, ".bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "performance.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, "performance.svg"), await drawChart(report.cells));
  if (isPage) {
    const picture = "![requests per second](performance.svg)";
    await writeSection(folder, "bench", `${explanation}\n${picture}\n\n${markdown(report)}`);
  }
  console.log(`written: ${folder}`);
}
