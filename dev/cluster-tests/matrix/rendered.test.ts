import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { expect } from "chai";
import { parse } from "yaml";
import { readSettings } from "../../../infra/settings/stack-settings.ts";
import { findSite } from "../../../infra/cluster/cluster-facts.ts";
import { deploy } from "../../../infra/stack.ts";
import { profiles, settingsError } from "../../../infra/test/support/configurations.ts";
import { dryRun, type Admission } from "../support/dry-run.ts";
import { pairs, title, type Values } from "../../../infra/test/support/setting-matrix.ts";
import {
  fakeKubectl,
  fakeMinikube,
  kubernetesNode,
  restorePath,
} from "../../../infra/test/support/fake-minikube.ts";
import { setConfig } from "../../../infra/test/support/mocked-program.ts";
import { schemaProblem, type Manifest } from "../../../infra/test/support/kubernetes-schema.ts";

const image = `registry.example/koa@sha256:${"01".repeat(32)}`;
const path = process.env.PATH ?? "";

// The provider renders the objects that it would create. DRY_RUN_CONTEXT names a context of the kubeconfig: if set,
// that cluster checks the objects in a dry run.
describe("what the provider renders", () => {
  after(restorePath);

  for (const values of pairs(isRendered)) {
    it(title(values), async () => {
      const manifests = await render(values);
      const problems = await Promise.all(manifests.map(schemaProblem));
      expect(
        problems.filter((problem) => problem !== undefined),
        "schema",
      ).to.deep.equal([]);
      const kinds = manifests.map(({ kind }) => kind);
      expect(kinds).to.include.members(["Namespace", "Deployment", "Service", "HorizontalPodAutoscaler"]);
      const context = process.env.DRY_RUN_CONTEXT;
      if (context === undefined) return;
      const admission: Admission = await dryRun(context, manifests, path);
      expect(admission).to.deep.equal({ rejected: [], warnings: [] });
    });
  }
});

/** The provider can't render Percona's chart, because Helm installs it. */
function isRendered(values: Values): boolean {
  return (
    settingsError(values) === undefined && (values.mongo !== "operator" || values.installOperator === false)
  );
}

/** Renders every object of a stack with the provider, through a folder. */
async function render(values: Values): Promise<Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-render-"));
  const directory = join(folder, "yaml");
  // Pulumi looks for its Node packages in the program's folder.
  await symlink(join(import.meta.dirname, "../../../node_modules"), join(folder, "node_modules"));
  const envVars = {
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
  };
  const program = async () => {
    setConfig(values);
    const settings = readSettings();
    const provider = new k8s.Provider("render", { renderYamlToDirectory: directory });
    // With a tunnel, the program would read the Service's address, and a rendered Service has none.
    const site = await findSite(settings);
    Reflect.deleteProperty(site, "tunnel");
    deploy(
      {
        settings,
        site,
        clusterId: "rendered",
        owner: pulumi.output("owner"),
        isDeployed: false,
        image: pulumi.output(image),
      },
      { provider },
    );
  };
  fakeMinikube(profiles);
  fakeKubectl({ nodes: ["a", "b", "c"].map((name) => kubernetesNode(name)) });
  try {
    const stack = await LocalWorkspace.createStack(
      { stackName: "test", projectName: "koa-mongo-stack", program },
      { workDir: folder, envVars },
    );
    await stack.up();
    const files = await readdir(directory, { recursive: true });
    const yaml = files.filter((file) => file.endsWith(".yaml"));
    return await Promise.all(
      yaml.map(async (file) => parse(await readFile(join(directory, file), "utf8")) as Manifest),
    );
  } finally {
    restorePath();
    await rm(folder, { recursive: true });
  }
}
