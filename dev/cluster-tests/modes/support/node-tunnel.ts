import { execFile, spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Forwards a node's loopback port to the same port of this machine. Pull and push then use the same address. */
export async function tunnelInto(profile: string, node: string, port: number): Promise<ChildProcess> {
  const minikube = async (...args: string[]) => {
    return (await run("minikube", [...args, "--profile", profile, "--node", node])).stdout.trim();
  };
  const [key, address] = [await minikube("ssh-key"), await minikube("ip")];
  const quiet = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ExitOnForwardFailure=yes"];
  const options = quiet.flatMap((option) => ["-o", option]);
  const forward = ["-N", "-R", `127.0.0.1:${port}:127.0.0.1:${port}`];
  const child = spawn("ssh", ["-i", key, ...options, ...forward, `docker@${address}`], { stdio: "ignore" });
  await untilOpen(profile, node, port, child);
  return child;
}

async function untilOpen(profile: string, node: string, port: number, child: ChildProcess): Promise<void> {
  const line = `timeout 1 bash -c '</dev/tcp/127.0.0.1/${port}'`;
  for (let attempt = 0; attempt < 30 && child.exitCode === null; attempt++) {
    const isOpen = await run("minikube", ["ssh", "--profile", profile, "--node", node, "--", line]).then(
      () => true,
      () => false,
    );
    if (isOpen) return;
    await sleep(500);
  }
  child.kill();
  throw new Error(`port ${port} never opened on the node ${node}`);
}
