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
  // Inputs are as varied as Kubernetes; the tests compare them whole or in parts.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly inputs: any;
  /** What it was registered with beside its inputs. */
  readonly options: pulumi.CustomResourceOptions;
}

/** What one run of the whole program did. */
export interface ProgramRun {
  readonly resources: readonly Registered[];
  /** The resources' URNs from the qualified type on, sorted: "PARENT'S TYPE$TYPE::NAME". */
  readonly urns: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What `up` would warn of. */
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

/** Sets the stack's configuration: the project file's defaults, and these values over them. */
export function setConfig(values: Readonly<Record<string, unknown>> = {}): pulumi.Config {
  const defaults = Object.entries(projectFile.config).map(([key, { default: value }]) => [key, value]);
  const all = { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...values };
  const entries = Object.entries(all).map(([key, value]) => [`koa-mongo-stack:${key}`, String(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries) as Record<string, string>, []);
  return new pulumi.Config("koa-mongo-stack");
}

/** The cluster's identity, as kubectl knows it. */
export const clusterUid = "00000000-0000-4000-8000-000000000001";

/** What a cluster and a stack have before the program runs. */
export interface Before {
  /** Objects of all namespaces. @default kubectl does not say */
  readonly objects?: readonly Record<string, unknown>[];
  /** Outputs of the last `up`. @default there was none */
  readonly previousOutputs?: Readonly<Record<string, unknown>>;
  /** What kubectl says beside that. */
  readonly kubectl?: Omit<KubectlAnswers, "nodes" | "uid" | "objects">;
  /** Folder of the project that is run. @default this one */
  readonly project?: string;
}

const thisProject = join(import.meta.dirname, "../../..");

let runs = 0;

/**
 * Runs the program as Pulumi would, on a fake minikube with these profiles, and records what it registers.
 * @param nodes what kubectl says of them; by default nothing
 * @param uid what it says of kube-system's
 * @param before what was there before
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
        // What does not depend on a Job is there first.
        if (type.endsWith(":Job")) await sleep(50);
        resources.push({
          type,
          name,
          inputs: inputs as unknown,
          options: options.get(`${type} ${name}`) ?? {},
        });
        // What is only read has an id already.
        const isRead = id !== undefined && id !== "";
        const made = isRead ? states.get(`${type} ${id}`) : undefined;
        const state = made ?? computed(type, name, inputs as Record<string, unknown>);
        const given = isRead ? id : `${name}-id`;
        states.set(`${type} ${given}`, state);
        return { id: given, state };
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
    // Mocks are not told the options, and transformations are.
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      options.set(`${type} ${name}`, opts);
      // A parent is there before its children. The stack is no part of the qualified type.
      const parentType = qualifiedTypes.get(opts.parent);
      const qualifiedType = parentType === undefined ? type : `${parentType}$${type}`;
      qualifiedTypes.set(resource, qualifiedType);
      urns.push(`${qualifiedType}::${name}`);
      return undefined;
    });
    // A query makes it another module: each run is a program of its own.
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

/** What a provider would add to the inputs. */
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

/** Of an image that was not pushed it is an id. */
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
