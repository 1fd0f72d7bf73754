import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../tools/process/run-program.ts";
import { ask, mustAsk } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { auditExitCode, judgeAudit } from "./audit.ts";
import { imagesIn, isPinned } from "./pinned-images.ts";
import { serviceSbom, type Sbom, type ServicePackage } from "./sbom.ts";

const project = join(import.meta.dirname, "../..");
const asking = 120_000;

// `npm run supply-chain -w dev`: known vulnerabilities, images that are not pinned, and the service's SBOM. Exits with 3
// when only the audit couldn't be made. Tests check licences and install scripts, because these need no network.
await runProgram(async () => {
  await sbom();
  await images();
  await audit();
});

async function sbom(): Promise<void> {
  const program = join(project, "node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js");
  const options = ["--workspace=service", "--omit=dev", "--flatten-components", "--output-reproducible"];
  const printed = await mustAsk(process.execPath, [program, ...options], { cwd: project, timeout: asking });
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
  const answer = await ask("npm", ["audit", "--json"], { cwd: project, timeout: asking });
  const { verdict, text } = judgeAudit(answer.kind === "absent" ? "" : answer.stdout);
  console.log(text);
  if (verdict === "failed") throw new UserError("Run: npm audit fix. What it can't fix, npm audit names.");
  process.exitCode = auditExitCode[verdict];
}

async function text(file: string): Promise<string> {
  return await readFile(join(project, file), "utf8");
}
