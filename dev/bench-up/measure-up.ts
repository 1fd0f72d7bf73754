import { join } from "node:path";
import { findMinikube, type Minikube } from "../../infra/cluster/minikube/minikube-cluster.ts";
import { copyProject } from "../../tools/test/support/project-copy.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { fastStartEnvironment } from "../../tools/pulumi/pulumi-stack.ts";
import { ManualDeployment, readManifests } from "./manual-deployment.ts";
import { Code } from "./change-greeting.ts";
import { createEmptyProgram } from "./empty-program.ts";
import { parseHistory, type ImageFacts } from "./image-facts.ts";
import { createStack } from "./scratch-stack.ts";
import type { Step, Timing, Way } from "./bench-up-report.ts";

/** Node port of the measured stacks. No user's stack has this port by default. */
const nodePort = 30_190;
/** Measurements of "nothing to do" per round. Each is short, so its noise is relatively high. */
const repeats = 3;

/** Removals of everything that was created, run in reverse order. */
type Removals = (() => Promise<unknown>)[];

/**
 * Builds the image, and deploys the same stack with Pulumi and by hand, alternately.
 * @param print receives a line for each measurement
 */
export async function measure(
  profile: string,
  rounds: number,
  print: (line: string) => void,
): Promise<{ readonly timings: Timing[]; readonly image: ImageFacts }> {
  const minikube = await usableMinikube(profile);
  const timings: Timing[] = [];
  const removals: Removals = [];
  const timeIn = (round: number) => async (step: Step, way: Way, work: () => Promise<void>) => {
    const seconds = await secondsOf(work);
    timings.push({ round, step, way, seconds });
    print(`${step}, ${way}: ${seconds.toFixed(2)} s`);
  };
  try {
    const ways = await prepare(minikube, removals, print);
    const image = await measureImage(ways, rounds, print);
    for (let round = 1; round <= rounds; round++) {
      print(`round ${round} of ${rounds}`);
      await measurePulumi(ways, round, timeIn(round));
      await measureManual(ways, round, timeIn(round));
    }
    return { timings, image };
  } finally {
    for (const one of removals.reverse())
      await one().catch((error: unknown) => {
        print(String(error));
      });
  }
}

type Time = (step: Step, way: Way, work: () => Promise<void>) => Promise<void>;
type Ways = Awaited<ReturnType<typeof prepare>>;

/** Prepares everything that is not measured: copies of the project, stacks, manifests, and the image's lower layers. */
async function prepare(minikube: Minikube, removals: Removals, print: (line: string) => void) {
  const { profile } = minikube;
  const config = { nodePort: String(nodePort), minikubeProfile: profile };
  const project = await copyProject();
  removals.push(() => project.remove());
  const { address, problem } = minikube.reach(nodePort);
  if (problem !== undefined) throw new UserError(problem);

  print("rendering the manifests");
  const rendering = await copyProject();
  removals.push(() => rendering.remove());
  await rendering.replace("Pulumi.yaml", "main: infra/main.js", "main: dev/bench-up/rendered-program.js");
  await rendering.replace("Pulumi.yaml", "--import ./", "--import ../../infra/");
  const folder = join(rendering.folder, ".pulumi/manifests");
  const rendered = await createStack(rendering.folder, "bench-up-yaml", config, { MANIFESTS: folder });
  removals.push(() => rendered.destroy());
  await rendered.up();
  const image = await rendered.output("image");
  const manual = new ManualDeployment(minikube, await readManifests(folder), image, project.folder);

  // Like `npm run up`, with the variables of a faster start. An empty program has none of them.
  const stack = await createStack(project.folder, "bench-up", config, fastStartEnvironment(project.folder));
  const empty = await createEmptyProgram(join(project.folder, "node_modules"));
  removals.push(() => empty.remove());
  removals.push(() => stack.destroy());
  return { url: `http://${address}`, code: new Code(project), stack, empty, manual, removals };
}

async function measurePulumi({ url, code, stack, empty }: Ways, round: number, time: Time): Promise<void> {
  const up = async () => {
    await stack.up();
    await code.untilServed(url);
  };
  await code.change();
  await time("from nothing", "pulumi", up);
  for (let i = 0; i < repeats; i++) {
    await time("nothing to do", "pulumi", () => stack.up());
    await time("nothing to do", "an empty program", () => empty.up());
  }
  await code.change();
  await time("change of code", "pulumi", up);
  await time("destroy", "pulumi", () => stack.destroy());
}

async function measureManual(
  { url, code, manual, removals }: Ways,
  round: number,
  time: Time,
): Promise<void> {
  removals.push(() => manual.destroy());
  await code.change();
  await time("from nothing", "by hand", async () => {
    await manual.up(`hand-${round}`);
    await code.untilServed(url);
  });
  await code.change();
  await time("change of code", "by hand", async () => {
    await manual.deploy(`hand-again-${round}`);
    await code.untilServed(url);
  });
  await time("destroy", "by hand", () => manual.destroy());
  removals.pop();
}

/** Run this after the build that rendered the manifests, so that Docker has cached the unchanged layers. */
async function measureImage(
  { code, manual }: Ways,
  rounds: number,
  print: (line: string) => void,
): Promise<ImageFacts> {
  const buildSeconds: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await code.change();
    const seconds = await secondsOf(() => manual.build("image"));
    buildSeconds.push(seconds);
    print(`docker build: ${seconds.toFixed(2)} s`);
  }
  return { buildSeconds, ...parseHistory(await manual.history("image")) };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function usableMinikube(profile: string): Promise<Minikube> {
  const minikube = await findMinikube(profile);
  if (minikube.buildsInNode) return minikube;
  throw new UserError(
    "The benchmark builds images in the node's Docker, so it needs a minikube of one node with the runtime docker.",
  );
}
