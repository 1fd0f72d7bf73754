import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { fakeKubectl, fakeMinikube, type KubectlAnswers, type Profiles } from "./fake-minikube.ts";

/** A resource that the program registered. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  // Inputs are as varied as Kubernetes. The tests compare whole inputs or parts.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly inputs: any;
  /** Options of the registration. */
  readonly options: pulumi.CustomResourceOptions;
}

/** The results of one run of the whole program. */
export interface ProgramRun {
  readonly resources: readonly Registered[];
  /** The resources' URNs from the qualified type on, sorted: "PARENT'S TYPE$TYPE::NAME". */
  readonly urns: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Warnings that `up` would print. */
  readonly warnings: readonly string[];
  /** All resources of a Kubernetes kind or a Docker type, such as "Deployment" or "Volume". */
  of(kind: string): readonly Registered[];
  /** The only one of its kind. */
  the(kind: string): Registered;
}

/** The project file. */
export const projectFile = parse(readFileSync(join(import.meta.dirname, "../../../Pulumi.yaml"), "utf8")) as {
  readonly main: string;
  readonly config: Readonly<Record<string, { type: string; description: string; default: unknown }>>;
};

/** Sets the stack's configuration: the project file's defaults, overridden by these values. */
export function setConfig(values: Readonly<Record<string, unknown>> = {}): pulumi.Config {
  const defaults = Object.entries(projectFile.config).map(([key, { default: value }]) => [key, value]);
  const all = { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...values };
  const entries = Object.entries(all).map(([key, value]) => [`koa-mongo-stack:${key}`, String(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries) as Record<string, string>, []);
  return new pulumi.Config("koa-mongo-stack");
}

/** The cluster's identity, as kubectl prints it. */
export const clusterUid = "00000000-0000-4000-8000-000000000001";

/** State of the cluster and the stack before the program runs. */
export interface Before {
  /** Objects of all namespaces. @default kubectl can't list them */
  readonly objects?: readonly Record<string, unknown>[];
  /** Outputs of the last `up`. @default no previous `up` */
  readonly previousOutputs?: Readonly<Record<string, unknown>>;
  /** Other answers of kubectl. */
  readonly kubectl?: Omit<KubectlAnswers, "nodes" | "uid" | "objects">;
  /** Folder of the project to run. @default this project */
  readonly project?: string;
}

const thisProject = join(import.meta.dirname, "../../..");

let runs = 0;

/**
 * Runs the program as Pulumi would, on a fake minikube with these profiles. Records the registered resources.
 * @param nodes nodes that kubectl lists. @default kubectl can't list them
 * @param uid UID of kube-system; empty if kubectl can't read it
 * @param before state before the run
 */
export async function runProgram(
  values: Readonly<Record<string, unknown>> = {},
  profiles?: Profiles,
  nodes?: readonly Record<string, unknown>[],
  uid = clusterUid,
  { objects, previousOutputs = {}, kubectl = {}, project = thisProject }: Before = {},
): Promise<ProgramRun> {
  const resources: Registered[] = [];
  const states = new Map<string, Record<string, unknown>>();
  const options = new Map<string, pulumi.CustomResourceOptions>();
  const qualifiedTypes = new Map<unknown, string>();
  const urns: string[] = [];
  await pulumi.runtime.setMocks(
    {
      async newResource({ type, name, inputs, id }) {
        // Delays a Job, so that resources without a dependency on the Job register first.
        if (type.endsWith(":Job")) await sleep(50);
        resources.push({
          type,
          name,
          inputs: inputs as unknown,
          options: options.get(`${type} ${name}`) ?? {},
        });
        // A resource that is only read already has an id.
        const isRead = id !== undefined && id !== "";
        const existing = isRead ? states.get(`${type} ${id}`) : undefined;
        const state = existing ?? computed(type, name, inputs as Record<string, unknown>);
        const resourceId = isRead ? id : `${name}-id`;
        states.set(`${type} ${resourceId}`, state);
        return { id: resourceId, state };
      },
      call: ({ token, inputs }) =>
        token === "pulumi:pulumi:readStackOutputs"
          ? { outputs: previousOutputs }
          : (inputs as Record<string, unknown>),
    },
    "koa-mongo-stack",
    "test",
    false,
    "organization",
  );
  setConfig(values);
  fakeMinikube(profiles);
  fakeKubectl({ ...kubectl, nodes, uid, objects });
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => warnings.push(line.replace("warning: [runtime] ", ""));
  const program = pulumi.runtime.runInPulumiStack(async () => {
    // Mocks don't get the options, but transformations do.
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      options.set(`${type} ${name}`, opts);
      // A parent registers before its children. The stack is not part of the qualified type.
      const parentType = qualifiedTypes.get(opts.parent);
      const qualifiedType = parentType === undefined ? type : `${parentType}$${type}`;
      qualifiedTypes.set(resource, qualifiedType);
      urns.push(`${qualifiedType}::${name}`);
      return undefined;
    });
    // A query creates a new module instance, so that each run is a new program.
    const program = pathToFileURL(join(project, "infra/index.ts")).href;
    return { ...((await import(`${program}?run=${runs++}`)) as Record<string, unknown>) };
  });
  const module = await program.finally(() => {
    console.warn = warn;
  });
  const outputs = await resolved(pulumi.output(module as Record<string, unknown>));
  await pulumi.runtime.disconnect();

  const of = (kind: string) => resources.filter(({ type }) => type.split(":").at(-1) === kind);
  return {
    resources,
    urns: urns.sort(),
    outputs,
    warnings,
    of,
    the(kind) {
      const [only, ...others] = of(kind);
      if (only === undefined || others.length > 0)
        throw new Error(`${others.length + (only ? 1 : 0)} of ${kind}`);
      return only;
    },
  };
}

/** Inputs plus the outputs that a provider would compute. */
function computed(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const metadata = { name: `${name}-auto`, uid: "0123-uid", ...(inputs.metadata as object | undefined) };
  switch (type) {
    case "docker:index/image:Image":
      return { ...inputs, repoDigest: repoDigest(inputs) };
    case "pulumi-nodejs:dynamic/stamp:ImageStamp":
      return { ...inputs, stamp: `stamp of ${name}` };
    case "pulumi:index:Stash":
      return { ...inputs, output: inputs.input };
    case "kubernetes:core/v1:Service": {
      const spec = inputs.spec as { ports: { nodePort?: number }[] };
      const ports = spec.ports.map((port) => ({ nodePort: 31234, ...port }));
      return { ...inputs, metadata, spec: { ...spec, ports }, status: { loadBalancer: {} } };
    }
    default:
      return { ...inputs, metadata };
  }
}

/** The digest of an image that was not pushed is an id. */
function repoDigest({ imageName, skipPush }: Record<string, unknown>): string {
  const digest = `sha256:${"01".repeat(32)}`;
  return skipPush === true ? digest : `${String(imageName).replace(/:[^:/]+$/, "")}@${digest}`;
}

async function resolved<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return await new Promise((resolve) => {
    output.apply((value) => {
      resolve(value as pulumi.Unwrap<T>);
    });
  });
}
