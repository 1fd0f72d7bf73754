import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../tools/process/run-program.ts";
import { ask, mustAsk } from "../../tools/process/child-process.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { judgeAudit } from "./audit.ts";
import { imagesIn, isPinned } from "./pinned-images.ts";
import { developmentOnly, type Lockfile } from "./lockfile.ts";
import { checkedSbom, without, type Sbom, type ServicePackage } from "./sbom.ts";

const project = join(import.meta.dirname, "../..");
const asking = 120_000;

// `npm run supply-chain`: known vulnerabilities, images that are not pinned, and the service's SBOM. The licences and
// the install scripts are looked at by the tests, which need no network.
await runProgram(async () => {
  await sbom();
  await images();
  await audit();
});

async function sbom(): Promise<void> {
  const asked = ["sbom", "--sbom-format=cyclonedx", "--workspace=service"];
  const made = JSON.parse(await mustAsk("npm", asked, { cwd: project, timeout: asking })) as Sbom;
  const service = JSON.parse(await text("service/package.json")) as ServicePackage;
  const { packages } = JSON.parse(await text("package-lock.json")) as { packages: Lockfile };
  const checked = checkedSbom(without(developmentOnly(packages), made), service);
  await mkdir(join(project, "dist"), { recursive: true });
  await writeFile(join(project, "dist/sbom.cdx.json"), `${JSON.stringify(checked, undefined, 2)}\n`);
  console.log(`SBOM: ${checked.components.length} packages of the service, in dist/sbom.cdx.json`);
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
  const judged = judgeAudit(answer.kind === "absent" ? "" : answer.stdout);
  console.log(judged.text);
  if (!judged.ok) throw new UserError("npm audit fix mends what can be mended; npm audit says the rest.");
}

async function text(file: string): Promise<string> {
  return await readFile(join(project, file), "utf8");
}
