import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { count, counts, developerCommand, positive } from "../support/developer-command.ts";
import { drawChart } from "./throughput-chart.ts";
import { baseline, findCeilings, findContenders } from "./contenders.ts";
import { measureAll } from "./measure-contenders.ts";
import { markdown, type Report } from "./bench-report.ts";
import { summarize } from "./round-summary.ts";
import { writeSection } from "../report/performance-page.ts";
import { runProgram } from "../../tools/process/run-program.ts";
import { spelled, watchMachine } from "../report/this-machine.ts";

const project = join(import.meta.dirname, "../..");
const cache = join(project, "node_modules/.cache/koa-mongo-stack");

interface Options {
  readonly clients: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly write: boolean;
}

const options = developerCommand("bench", "Measures the service beside servers that one would write by hand.")
  .option(
    "--clients <numbers>",
    "Concurrent connections, measured one after the other.",
    counts,
    [1, 8, 64, 256],
  )
  .option("--rounds <n>", "Measurements of each cell; the median counts.", count, 7)
  // Short, so that a slow moment of the machine is the same for all servers.
  .option("--seconds <n>", "Length of each measurement.", positive, 0.6)
  .option("--write", "Write the section of docs/performance.md.", false)
  .addHelpText("after", "\nExample: npm run bench -w dev -- --clients 8 --rounds 3")
  .parse()
  .opts<Options>();

const explanation = `Every server uses the same canned MongoDB, which answers at once, so that only the server is measured. The service has
all of its middleware on: limits, security headers, request ids, the log. \`node:http alone\` has no database, and
shows what Node's own server reaches. \`the load client\` is autocannon against bare sockets, and shows what it can
measure at most. CPU is the server's, per request.
`;

// By default a signal ends a process without a look at what it has started.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

// `npm run bench -w dev`
await runProgram(async () => {
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
});

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
