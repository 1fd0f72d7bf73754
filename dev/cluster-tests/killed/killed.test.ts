import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { newClone, type Clone } from "../support/clone.ts";
import { addDocument, documentsAt, printedNamespace, printedUrl } from "../support/running-service.ts";
import { kubectl } from "../support/cluster-kubectl.ts";

const run = promisify(execFile);

/** Lines of `up` after which the test kills it. */
const momentsOfUp = [
  /Namespace .*creating/,
  /Namespace .*created/,
  /web-directory|data-directory/,
  /PersistentVolumeClaim .*creat/,
  /Secret .*creat/,
  /StatefulSet .*creating/,
  /Image .*creating/,
  /Deployment .*creating/,
  /Service .*creat/,
  /HorizontalPodAutoscaler .*creat/,
];
const momentsOfDown = [
  /Deployment .*deleting/,
  /HorizontalPodAutoscaler .*delet/,
  /NetworkPolicy .*delet/,
  /StatefulSet .*deleting/,
  /StatefulSet .*deleted/,
  /Secret .*delet/,
  /PersistentVolumeClaim .*delet/,
  /Command .*delet/,
  /Namespace .*deleting/,
  /Service .*delet/,
];

const momentsOfRotation = [/Job .*creating/, /Secret .*creat/, /Deployment .*updating/];

describe("commands that are killed", () => {
  let clone: Clone;
  let document: unknown;

  before(async () => {
    clone = await newClone("e2e-killed", { nodePort: "30182", keepData: "true" });
    document = await addDocument(printedUrl(await clone.runs("up")), { before: "the kills" });
    await clone.runs("down");
  });
  after(async () => {
    await clone.runs("down");
    await clone.remove();
    // Deletes the data that `keepData` keeps.
    await run("minikube", ["ssh", "--", "sudo rm -rf /data/koa-mongo-stack-e2e-killed*"]);
  });

  /** Runs a command, and kills its process group when it prints a line. */
  async function killAt(command: "up" | "down" | "rotate-password", moment: RegExp): Promise<void> {
    const running = clone.starts(command);
    await running.prints(moment, 300);
    running.kill();
    expect(await running.exitCode()).to.equal(null);
  }

  /** Expects exactly one object of each kind. A second one would be a leftover. */
  async function expectOne(namespace: string): Promise<void> {
    for (const kind of ["statefulset", "deployment", "persistentvolumeclaim"]) {
      const found = await kubectl("get", kind, "--namespace", namespace, "--output", "name");
      expect(found.split("\n"), kind).to.have.length(1);
    }
    const namespaces = await kubectl("get", "namespace", "--output", "name");
    expect(namespaces.match(/koa-mongo-stack-e2e-killed-/g)).to.have.length(1);
  }

  for (const moment of momentsOfUp) {
    it(`\`up\`, killed at ${String(moment)}, succeeds the next time`, async () => {
      await killAt("up", moment);
      const output = await clone.runs("up");
      await expectOne(printedNamespace(output));
      expect(await documentsAt(printedUrl(output))).to.deep.equal([document]);
      await clone.runs("down");
    });
  }

  for (const moment of momentsOfDown) {
    it(`\`down\`, killed at ${String(moment)}, succeeds the next time, and so does \`up\``, async () => {
      const output = await clone.runs("up");
      expect(await documentsAt(printedUrl(output))).to.deep.equal([document]);
      await killAt("down", moment);
      await clone.runs("down");
      // Kubernetes keeps the empty namespace for a few seconds after `down`.
      await kubectl("wait", "--for=delete", `namespace/${printedNamespace(output)}`, "--timeout=60s");
    });
  }

  for (const moment of momentsOfRotation) {
    it(`\`rotate-password\`, killed at ${String(moment)}, is finished by the next \`up\``, async () => {
      await clone.runs("up");
      await killAt("rotate-password", moment);
      const output = await clone.runs("up");
      await expectOne(printedNamespace(output));
      expect(await documentsAt(printedUrl(output))).to.deep.equal([document]);
    });
  }
});
