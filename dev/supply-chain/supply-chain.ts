import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../tools/process/run-program.ts";
import { tryRun, runOrThrow } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { cliCommand, runCommandLine } from "../../tools/terminal/cli-command.ts";
import { auditExitCode, judgeAudit } from "./audit.ts";
import { imagesIn, isPinned } from "./pinned-images.ts";
import { serviceSbom, type Sbom, type ServicePackage } from "./sbom.ts";

const project = join(import.meta.dirname, "../..");
const npmTimeoutMs = 120_000;

// Tests check licences and install scripts, because these checks need no network.
const command = cliCommand("supply-chain -w dev", {
  summary: "Checks known vulnerabilities and pinned images, and writes the service's SBOM into dist/.",
  description:
    "Checks known vulnerabilities and pinned images, and writes the service's SBOM into dist/. " +
    "Exits with 3 if the registry did not answer the audit, and everything else passed.",
  examples: ["npm run supply-chain -w dev"],
}).action(() =>
  runProgram(async () => {
    await sbom();
    await images();
    await audit();
  }),
);

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function sbom(): Promise<void> {
  const program = join(project, "node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js");
  const options = ["--workspace=service", "--omit=dev", "--flatten-components", "--output-reproducible"];
  const printed = await runOrThrow(process.execPath, [program, ...options], {
    cwd: project,
    timeoutMs: npmTimeoutMs,
  });
  const service = JSON.parse(await text("service/package.json")) as ServicePackage;
  const document = serviceSbom(JSON.parse(printed) as Sbom, service);
  await mkdir(join(project, "dist"), { recursive: true });
  await writeFile(join(project, "dist/sbom.cdx.json"), `${JSON.stringify(document, undefined, 2)}\n`);
  console.log(`SBOM: ${document.components.length} packages of the service, in dist/sbom.cdx.json`);
}

async function images(): Promise<void> {
  const [dockerfile, compose, pulumi] = await Promise.all(
    ["Dockerfile", "compose.yaml", "Pulumi.yaml"].map(text),
  );
  const named = imagesIn({ dockerfile: dockerfile ?? "", compose: compose ?? "", pulumi: pulumi ?? "" });
  for (const { file, image } of named) {
    console.log(`image ${image} (${file}): ${isPinned(image) ? "pinned" : "NOT PINNED by digest"}`);
  }
}

async function audit(): Promise<void> {
  const answer = await tryRun("npm", ["audit", "--json"], { cwd: project, timeoutMs: npmTimeoutMs });
  const { verdict, text } = judgeAudit(answer.kind === "absent" ? "" : answer.stdout);
  console.log(text);
  if (verdict === "failed") throw new UserError("Run: npm audit fix. For the rest, see `npm audit`.");
  process.exitCode = auditExitCode[verdict];
}

async function text(file: string): Promise<string> {
  return await readFile(join(project, file), "utf8");
}
