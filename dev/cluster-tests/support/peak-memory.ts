import { kubectl } from "./cluster-kubectl.ts";

/** Highest memory so far of the service's process in a pod, in bytes, without the files that it has mapped. */
export async function peakMemory(namespace: string, pod: string): Promise<number> {
  const print = 'console.log(fs.readFileSync("/proc/1/status", "utf8"))';
  const status = await kubectl("exec", "--namespace", namespace, pod, "--", "/nodejs/bin/node", "-e", print);
  return 1024 * (kibibytes(status, "VmHWM") - kibibytes(status, "RssFile"));
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
}
