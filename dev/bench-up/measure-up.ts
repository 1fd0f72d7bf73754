import { join } from "node:path";
import { findMinikube, type Minikube } from "../../infra/cluster/minikube/minikube-cluster.ts";
import { copyProject } from "../../tools/test/support/project-copy.ts";
import { UserError } from "../../tools/process/user-error.ts";
import { fastStartEnvironment } from "../../tools/pulumi/pulumi-stack.ts";
import { ByHand, readManifests } from "./manual-deployment.ts";
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
type Undo = (() => Promise<unknown>)[];

/**
 * Builds the image, and deploys the same stack with Pulumi and by hand, alternately.
 * @param say receives a line for each measurement
 */
export async function measure(
  profile: string,
  rounds: number,
  say: (line: string) => void,
): Promise<{ readonly timings: Timing[]; readonly image: ImageFacts }> {
  const minikube = await usableMinikube(profile);
  const timings: Timing[] = [];
  const undo: Undo = [];
  const timeIn = (round: number) => async (step: Step, way: Way, work: () => Promise<void>) => {
    const seconds = await secondsOf(work);
    timings.push({ round, step, way, seconds });
    say(`${step}, ${way}: ${seconds.toFixed(2)} s`);
  };
  try {
    const ways = await prepare(minikube, undo, say);
    const image = await measureImage(ways, rounds, say);
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      await measurePulumi(ways, round, timeIn(round));
      await measureByHand(ways, round, timeIn(round));
    }
    return { timings, image };
  } finally {
    for (const one of undo.reverse())
      await one().catch((error: unknown) => {
        say(String(error));
      });
  }
}

type Time = (step: Step, way: Way, work: () => Promise<void>) => Promise<void>;
type Ways = Awaited<ReturnType<typeof prepare>>;

/** Prepares everything that is not measured: copies of the project, stacks, manifests, and the image's lower layers. */
async function prepare(minikube: Minikube, undo: Undo, say: (line: string) => void) {
  const { profile } = minikube;
  const config = { nodePort: String(nodePort), minikubeProfile: profile };
  const project = await copyProject();
  undo.push(() => project.remove());
  const { address, problem } = minikube.reach(nodePort);
  if (problem !== undefined) throw new UserError(problem);

  say("rendering the manifests");
  const rendering = await copyProject();
  undo.push(() => rendering.remove());
  await rendering.replace("Pulumi.yaml", "main: infra/main.js", "main: dev/bench-up/rendered-program.js");
  await rendering.replace("Pulumi.yaml", "--import ./", "--import ../../infra/");
  const folder = join(rendering.folder, ".pulumi/manifests");
  const rendered = await createStack(rendering.folder, "bench-up-yaml", config, { MANIFESTS: folder });
  undo.push(() => rendered.destroy());
  await rendered.up();
  const image = await rendered.output("image");
  const byHand = new ByHand(minikube, await readManifests(folder), image, project.folder);

  // Like `npm run up`, with the variables of a faster start. An empty program has none of them.
  const stack = await createStack(project.folder, "bench-up", config, fastStartEnvironment(project.folder));
  const empty = await createEmptyProgram(join(project.folder, "node_modules"));
  undo.push(() => empty.remove());
  undo.push(() => stack.destroy());
  return { url: `http://${address}`, code: new Code(project), stack, empty, byHand, undo };
}

async function measurePulumi({ url, code, stack, empty }: Ways, round: number, time: Time): Promise<void> {
  const up = async () => {
    await stack.up();
    await code.untilServed(url);
  };
  await code.greet(`Hello Pulumi ${round}`);
  await time("from nothing", "pulumi", up);
  for (let i = 0; i < repeats; i++) {
    await time("nothing to do", "pulumi", () => stack.up());
    await time("nothing to do", "an empty program", () => empty.up());
  }
  await code.greet(`Hello again, Pulumi ${round}`);
  await time("change of code", "pulumi", up);
  await time("destroy", "pulumi", () => stack.destroy());
}

async function measureByHand({ url, code, byHand, undo }: Ways, round: number, time: Time): Promise<void> {
  undo.push(() => byHand.destroy());
  await code.greet(`Hello hand ${round}`);
  await time("from nothing", "by hand", async () => {
    await byHand.up(`hand-${round}`);
    await code.untilServed(url);
  });
  await code.greet(`Hello again, hand ${round}`);
  await time("change of code", "by hand", async () => {
    await byHand.deploy(`hand-again-${round}`);
    await code.untilServed(url);
  });
  await time("destroy", "by hand", () => byHand.destroy());
  undo.pop();
}

/** Run this after the build that rendered the manifests, so that Docker has cached the unchanged layers. */
async function measureImage(
  { code, byHand }: Ways,
  rounds: number,
  say: (line: string) => void,
): Promise<ImageFacts> {
  const builds: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await code.greet(`Hello image ${round}`);
    const seconds = await secondsOf(() => byHand.build("image"));
    builds.push(seconds);
    say(`docker build: ${seconds.toFixed(2)} s`);
  }
  return { builds, ...parseHistory(await byHand.history("image")) };
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
    "This compares builds in the node's Docker: it needs a minikube of one node with that runtime.",
  );
}
