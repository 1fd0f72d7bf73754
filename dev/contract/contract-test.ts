import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../tools/process/run-program.ts";
import { runWithProgress } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { cliCommand, runCommandLine } from "../../tools/terminal/cli-command.ts";
import { startLocalService } from "./contract-service.ts";
import { findSchemathesis } from "./schemathesis-program.ts";
import { repeatUntil } from "./repeat-until.ts";
import { problemsOf, parseReport, summary, type Report } from "./contract-report.ts";

const project = join(import.meta.dirname, "../..");
const cache = join(project, "node_modules/.cache/koa-mongo-stack");
const config = join(import.meta.dirname, "schemathesis.toml");

/** Minimum number of requests. */
const minRequests = 10_000;
/** Maximum number of examples per operation and run. schemathesis leaves out examples that are too similar. */
const examples = "1100";
/** Maximum number of runs, each with its own seed. */
const maxRuns = 4;

const command = cliCommand("test:schema -w dev", {
  summary: "Sends 10,000 requests that schemathesis generates from /openapi.json.",
  examples: ["npm run test:schema -w dev", "npm run test:schema -w dev -- http://localhost:3000"],
})
  .argument("[url]", "URL of the service to test. Without a URL, the test starts a service.")
  .action((url?: string) => runProgram(() => testContract(url)));

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function testContract(url?: string): Promise<void> {
  const schemathesis = await findSchemathesis(cache);
  if (url !== undefined) {
    await repeatUntil(minRequests, maxRuns, () => test(schemathesis, url));
    return;
  }
  const service = await startLocalService();
  try {
    const requests = await repeatUntil(minRequests, maxRuns, () => test(schemathesis, service.url));
    console.log(`${requests} requests in total`);
  } finally {
    await service.close();
  }
  expectNoServerError(service.answers);
}

/** Executes a run. Returns the number of its requests. */
async function test(schemathesis: string, url: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-schema-"));
  try {
    const report = join(folder, "report.json");
    const data = ["--max-examples", examples, "--generation-database", "none", "--continue-on-failure"];
    const output = ["--report", "json", "--report-json-path", report, "--no-color"];
    const args = ["--config-file", config, "run", new URL("/openapi.json", url).href, ...data, ...output];
    // schemathesis fails if it finds a problem. The report decides instead.
    await runWithProgress(schemathesis, args, { cwd: folder }, console.log).catch(() => undefined);
    return judge(parseReport(await readFile(report, "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(report: Report): number {
  console.log(summary(report));
  const problems = problemsOf(report);
  if (problems.length > 0) throw new UserError(`schemathesis: ${problems.join(", ")}`);
  return report.test_cases.generated;
}

function expectNoServerError(answers: ReadonlyMap<number, number>): void {
  const counts = [...answers].sort(([a], [b]) => a - b);
  console.log(`the service's log: ${counts.map(([status, count]) => `${status} × ${count}`).join(", ")}`);
  if (counts.some(([status]) => status >= 500)) throw new UserError("The service answered 5xx.");
}
