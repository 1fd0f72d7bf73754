import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
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

const { values } = parseArgs({
  options: {
    /** Numbers of clients. */
    clients: { type: "string", default: "1,8,64,256" },
    rounds: { type: "string", default: "7" },
    /** Of each measurement: short, so that a slow moment of the machine is the same for all servers. */
    seconds: { type: "string", default: "0.6" },
    /** Whether the section of docs/performance.md is written. */
    write: { type: "boolean", default: false },
  },
});

const explanation = `Every server asks the same canned MongoDB, which answers at once, so that the server is what is measured. The service
has all of its middleware on: limits, security headers, request ids, the log. \`node:http alone\` has no database: it is
what nobody in Node can pass. \`the load client\` is the client against bare sockets: what it can measure at most.
CPU is the server's, for a request.
`;

// By default a signal ends a process without a look at what it has started.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

// `npm run bench`: the service beside what one would write by hand, on a database that answers at once.
await runProgram(async () => {
  const machine = watchMachine();
  const plan = {
    clients: values.clients.split(",").map(Number),
    rounds: Number(values.rounds),
    duration: Number(values.seconds) * 1000,
  };
  const contenders = [...(await findContenders(cache)), ...(await findCeilings(cache))];
  const { rounds, footprints } = await measureAll(contenders, plan, console.log);
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    command: spelled(["npm run bench", ...process.argv.slice(2)]),
    ...plan,
    cells: summarize(rounds, baseline),
    footprints,
  };
  console.log(markdown(report));
  await save(report, values.write);
});

/** JSON and chart always; the page where asked. */
async function save(report: Report, isPage: boolean): Promise<void> {
  const folder = isPage ? join(project, "docs") : join(project, ".bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "performance.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, "performance.svg"), drawChart(report.cells));
  if (isPage) {
    const picture = "![requests a second](performance.svg)";
    await writeSection(folder, "bench", `${explanation}\n${picture}\n\n${markdown(report)}`);
  }
  console.log(`written: ${folder}`);
}
