import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, freemem, platform, totalmem } from "node:os";
import { tryRun } from "../process/child-process.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { isAtLeast, type Finding } from "./check.ts";

const gib = 1024 ** 3;
const minNodeVersion = "24.0.0";

/** The Node that runs this process. */
export function node(version = process.versions.node): Finding {
  if (isAtLeast(version, minNodeVersion)) return { state: "ok", found: version };
  return {
    state: "missing",
    found: version,
    fix: "Install Node 24 or newer: https://nodejs.org. `npm run` uses the project's own Node.",
  };
}

/** Advice if minikube rejects root. */
export const asAnotherUser =
  "minikube creates no cluster as root. Run the command as another user with access to Docker, or set MINIKUBE_FORCE=true.";

/**
 * The user that would create the cluster. minikube rejects root with every supported driver.
 * @param clusterExists whether the cluster need not be created
 * @param isForced whether minikube's environment allows root
 */
export function user(
  clusterExists: boolean,
  uid = process.getuid?.(),
  isForced = ["true", "1"].includes(process.env.MINIKUBE_FORCE ?? ""),
): Finding {
  if (uid !== 0) return { state: "ok", found: "not root" };
  if (clusterExists) return { state: "ok", found: "root, and the cluster exists" };
  if (isForced) return { state: "ok", found: "root, which MINIKUBE_FORCE allows" };
  // A wrapper of minikube may add --force.
  return { state: "warn", found: "root", fix: asAnotherUser };
}

/** Memory of this machine, in bytes. */
export interface Memory {
  /** Unused by any program. */
  readonly free: number;
  /** Physical memory. */
  readonly total: number;
}

/**
 * Whether a cluster has enough memory to start.
 * @param clusterRuns whether a running cluster already uses its share
 */
export function memory(
  clusterRuns: boolean,
  system = platform(),
  { free, total }: Memory = { free: freemem(), total: totalmem() },
): Finding {
  // macOS keeps little memory free: it releases caches when a program needs memory.
  const [has, needs, what] = system === "darwin" ? [total, 8 * gib, "in total"] : [free, 4 * gib, "free"];
  const found = `${(has / gib).toFixed(1)} GiB ${what}`;
  if (clusterRuns) return { state: "ok", found: `${found}, in addition to the cluster` };
  if (has >= needs) return { state: "ok", found };
  return {
    state: "warn",
    found,
    fix: `A cluster needs ${needs / gib} GiB ${what}. Close other programs, or reserve less: minikube config set memory 3072`,
  };
}

/** Number of CPU cores. minikube needs two. */
export function cpus(count = availableParallelism()): Finding {
  if (count >= 2) return { state: "ok", found: String(count) };
  return {
    state: "missing",
    found: String(count),
    fix: "minikube needs two CPUs. Assign more CPUs to this machine.",
  };
}

/** Free disk space of the project's file system. On most machines Docker stores its images on the same one. */
export async function disk(folder: string, minBytes = 10e9): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const found = `${(free / 1e9).toFixed(0)} GB free`;
  if (free >= minBytes) return { state: "ok", found };
  return {
    state: "warn",
    found,
    fix: `The cluster and its images need ${minBytes / 1e9} GB. To free space, run: docker system prune`,
  };
}

/** The configuration that selects MongoDB. */
export type WhichMongo = Pick<Project, "mongo">;

/** Whether the processor can run MongoDB. Versions since 5.0 need AVX, and the stack supports no older version. */
export async function avx(
  { mongo }: WhichMongo,
  system = platform(),
  processor = arch(),
  hasAvx = detectAvx,
): Promise<Finding> {
  if (mongo === "external") return { state: "ok", found: "not needed with mongo external" };
  if (processor !== "x64") return { state: "ok", found: `not needed on ${processor}` };
  const has = await hasAvx(system);
  if (has === true) return { state: "ok", found: "supported by the processor" };
  const external = "Use a MongoDB on another machine: pulumi config set mongo external";
  return has === undefined
    ? {
        state: "warn",
        found: `unknown on ${system}`,
        fix: `If MongoDB's pod ends with code 132: ${external}`,
      }
    : { state: "missing", found: "MongoDB needs AVX, and the processor does not have it", fix: external };
}

/**
 * Whether MongoDB starts on Docker's kernel, which containers share. Since kernel 6.19, MongoDB 8 starts only if
 * glibc registers rseq. This project sets the glibc option wherever it starts mongod.
 */
export async function kernel({ mongo }: WhichMongo, ofDocker = dockerKernel): Promise<Finding> {
  if (mongo === "external") return { state: "ok", found: "any, with mongo external" };
  const version = await ofDocker();
  if (version === undefined) return { state: "ok", found: "unknown, but MongoDB starts on any kernel" };
  if (!isAtLeast(version, "6.19.0")) return { state: "ok", found: `${version}, MongoDB starts on it` };
  return { state: "ok", found: `${version}, MongoDB starts on it, because glibc registers rseq` };
}

async function dockerKernel(): Promise<string | undefined> {
  const answer = await tryRun("docker", ["info", "--format", "{{.KernelVersion}}"]);
  const version = answer.kind === "ok" ? answer.stdout.trim() : "";
  return version === "" ? undefined : version;
}

async function detectAvx(system: NodeJS.Platform): Promise<boolean | undefined> {
  if (system === "linux") return /^flags\s*:.* avx( |$)/m.test(await readFile("/proc/cpuinfo", "utf8"));
  if (system !== "darwin") return undefined;
  const answer = await tryRun("sysctl", ["-n", "hw.optional.avx1_0"]);
  return answer.kind === "ok" ? answer.stdout.trim() === "1" : undefined;
}
