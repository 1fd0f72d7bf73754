import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { containerSecurity, podSecurity } from "../../../../infra/platform/pod-defaults.ts";
import { kubectl } from "../../support/cluster-kubectl.ts";

/** Name of a pod that belongs to no component. */
export const unrelatedPodName = "unrelated";

/** Starts an idle pod with the service's image, but without its labels. */
export async function startUnrelatedPod(namespace: string, image: string): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: unrelatedPodName, namespace },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: podSecurity(65532),
      containers: [
        {
          name: "unrelated",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["/nodejs/bin/node", "-e", "setInterval(() => undefined, 1000)"],
          securityContext: containerSecurity(),
        },
      ],
    },
  };
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-security-"));
  const file = join(folder, "pod.json");
  await writeFile(file, JSON.stringify(pod));
  await kubectl("apply", "--filename", file);
  await kubectl(
    "wait",
    `pod/${unrelatedPodName}`,
    "--for=condition=Ready",
    "--timeout=120s",
    "-n",
    namespace,
  );
  await rm(folder, { recursive: true });
}
