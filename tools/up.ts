import { untilAnswers } from "./answer.ts";
import { enableMetrics, startCluster } from "./cluster.ts";
import { exitCode, onTerminal, type Tools } from "./command.ts";
import { requireReady } from "./ready.ts";
import { change, createStack, findStack, outputs } from "./stack.ts";

/**
 * From a clone to a URL that answers. Each step looks first at what is there, so it may run again at any point.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function up({ project, step, print, patience }: Tools): Promise<void> {
  await step("Docker, minikube, Pulumi", () => requireReady(project));
  await step("minikube", (telling) => startCluster(project, telling));
  await step("metrics-server", (telling) => enableMetrics(project, telling));
  const stack = await step("stack", async ({ say, title }) => {
    const made = await createStack(await findStack(project), say);
    title(`stack dev, with the backend of ${made.backend.text}`);
    return made;
  });
  await step("pulumi up", ({ say }) => change("up", stack, say));
  const { url, namespace } = await outputs(stack);
  await step(`waiting for ${url}`, async ({ title }) => {
    await untilAnswers(url, patience);
    title(`${url} answers`);
  });
  print(`
${url}

  curl ${url}
  kubectl get pods -n ${namespace}
  npm run down`);
}

if (import.meta.main) process.exitCode = await exitCode(onTerminal(), up);
