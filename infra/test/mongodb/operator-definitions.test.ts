import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { definitionsProvider, OperatorDefinitions } from "../../mongodb/operator-definitions.ts";
import { asRun, registered } from "../support/dynamic-provider.ts";

const inputs = { version: "1.22.0", context: "test", url: "https://example.test/crd.yaml" };
const apply = "--context test apply --server-side --force-conflicts --filename https://example.test/crd.yaml";

/** A definition as `kubectl get` prints it. Percona's definitions have their version as a label. */
const installed = (version?: string) =>
  JSON.stringify({
    metadata: { labels: version === undefined ? undefined : { "app.kubernetes.io/version": version } },
  });

describe("OperatorDefinitions", () => {
  const { PATH } = process.env;
  let folder: string;
  let provider: pulumi.dynamic.ResourceProvider;
  before(() => {
    provider = asRun(definitionsProvider);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-definitions-"));
    process.env.PATH = folder;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  /** Installs a fake kubectl that prints this definition, and applies others if `canApply`. */
  function kubectl(found: string, canApply = true): void {
    const applied = canApply
      ? `echo "$*" >>'${join(folder, "applied")}'`
      : "echo no route to host >&2; exit 1";
    const lines = ["#!/bin/sh", `case "$*" in *' get '*) echo '${found}' ;; *) ${applied} ;; esac`];
    writeFileSync(join(folder, "kubectl"), lines.join("\n"));
    chmodSync(join(folder, "kubectl"), 0o755);
  }
  const applied = () => {
    const file = join(folder, "applied");
    return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
  };
  const update = async () => await provider.update?.("definitions", { ...inputs, version: "1.21.0" }, inputs);
  const failure = async (promise: Promise<unknown>) =>
    await promise.then(
      () => "",
      (error: unknown) => (error as Error).message,
    );

  it("is registered with the file of the operator's version", async () => {
    const [resource] = await registered(() => [new OperatorDefinitions("one", { version: "1.22.0" })]);
    expect(resource?.inputs).to.deep.equal({
      version: "1.22.0",
      url: "https://raw.githubusercontent.com/percona/percona-server-mongodb-operator/v1.22.0/deploy/crd.yaml",
      __provider: definitionsProvider,
    });
  });

  for (const version of ["v1.21.2", "v1.9.0", undefined]) {
    it(`applies this version's if the cluster has ${version ?? "those of an unknown version"}`, async () => {
      kubectl(installed(version));
      await update();
      expect(applied()).to.equal(apply);
    });
  }

  for (const version of ["v1.22.0", "v1.22.1", "v1.23.0", "v2.0.0"]) {
    it(`leaves ${version} as it is`, async () => {
      kubectl(installed(version));
      await update();
      expect(applied()).to.equal(undefined);
    });
  }

  it("leaves a cluster without any to the operator's chart", async () => {
    kubectl("");
    expect(await provider.create(inputs)).to.deep.equal({ id: "definitions", outs: inputs });
    expect(applied()).to.equal(undefined);
  });

  it("names both versions and the command if kubectl can't apply them", async () => {
    kubectl(installed("v1.20.1"), false);
    expect(await failure(provider.create(inputs))).to.equal(
      "The cluster has the definitions of Percona's operator v1.20.1, and the operator 1.22.0 needs newer definitions. " +
        "kubectl could not apply them: no route to host\nNothing was changed. Run: kubectl --context test apply --server-side " +
        "--force-conflicts --filename https://example.test/crd.yaml, then `up` again.",
    );
  });

  it("needs no kubectl for a new stack, and fails without kubectl for an upgrade", async () => {
    expect(await provider.create(inputs)).to.deep.equal({ id: "definitions", outs: inputs });
    expect(await failure(update())).to.equal(
      "kubectl is not on PATH. Install kubectl: https://kubernetes.io/docs/tasks/tools/",
    );
  });

  it("deletes none, because other stacks of the cluster need them", () => {
    expect(provider).not.to.have.property("delete");
  });
});
