import { inPod } from "./admitted-pods.ts";

/** Target of a connection attempt. */
export interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A pod that tries to connect. */
export interface Source {
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
  /** Program in the pod's image: Node or bash. */
  readonly has: "node" | "bash";
}

/** Targets, and which of them each source reaches. */
export interface Paths {
  readonly targets: readonly Target[];
  /** Names of the reached targets, by the source's name. */
  readonly open: Readonly<Record<string, readonly string[]>>;
}

/** Timeout of a connection attempt, in milliseconds. */
const connectTimeoutMs = 4000;

/** Names of the targets that accept a TCP connection from a pod, in their order. */
export async function reached(source: Source, targets: readonly Target[]): Promise<string[]> {
  const { namespace, pod, has } = source;
  const program =
    has === "node"
      ? ["/nodejs/bin/node", "-e", nodeScript, JSON.stringify(targets)]
      : ["bash", "-c", bashScript, "bash", ...targets.map(({ host, port }) => `${host}/${port}`)];
  const answers = (await inPod(namespace, pod, program)).split("\n");
  if (answers.length !== targets.length) throw new Error(`unexpected output of ${pod}: ${answers.join(" ")}`);
  return targets.filter((_target, index) => answers[index] === "open").map(({ name }) => name);
}

const nodeScript = `
  const targets = JSON.parse(process.argv[1]);
  const tried = targets.map(({ host, port }) => new Promise((resolve) => {
    const socket = require("node:net").connect({ host, port });
    const end = (answer) => { resolve(answer); socket.destroy(); };
    socket.on("connect", () => end("open")).on("error", () => end("closed"));
    setTimeout(end, ${connectTimeoutMs}, "closed");
  }));
  Promise.all(tried).then((answers) => { console.log(answers.join("\\n")); process.exit(); });
`;

const bashScript = `
  for target; do
    if timeout ${connectTimeoutMs / 1000} bash -c "</dev/tcp/$target" 2>/dev/null; then echo open; else echo closed; fi
  done
`;

/** Renders the paths as a table, with a row for each source and a column for each target. */
export function pathTable({ targets, open }: Paths): string {
  const names = targets.map(({ name }) => name);
  const first = Math.max(...Object.keys(open).map((name) => name.length));
  const line = (head: string, cells: readonly string[]) =>
    `    ${head.padEnd(first)}  ${cells.map((cell, index) => cell.padEnd(Math.max(names[index]?.length ?? 0, 7))).join("  ")}`;
  const lines = Object.entries(open).map(([source, reaches]) =>
    line(
      source,
      names.map((name) => (reaches.includes(name) ? "allowed" : "-")),
    ),
  );
  return [line("from \\ to", names), ...lines].join("\n");
}
