import type { V1Pod } from "@kubernetes/client-node";
import { loggingPod, readLog } from "../logs/pod-logs.ts";
import type { Place } from "./query-status.ts";

/** Number of last log lines to search. */
const searched = 200;
/** Timeout of reading the log, in milliseconds. */
const timeoutMs = 3000;
/** pino's number for this level. */
const warning = 40;

/**
 * Why the service doesn't serve in this pod, from the last problem in its log. Undefined if the log has none, or
 * can't be read.
 */
export async function loggedProblem(place: Place, pod: V1Pod): Promise<string | undefined> {
  const logging = loggingPod(pod);
  if (logging === undefined) return undefined;
  const lines: string[] = [];
  const excerpt = { follow: false, tail: searched };
  const read = readLog(
    place,
    logging,
    excerpt,
    ({ text }) => lines.push(text),
    AbortSignal.timeout(timeoutMs),
  );
  await read.catch(() => undefined);
  return problemIn(lines);
}

/**
 * The last warning or error with a cause, or the error of a crash. Undefined if the service has connected to MongoDB
 * since.
 */
export function problemIn(lines: readonly string[]): string | undefined {
  let problem: string | undefined;
  for (const text of lines) {
    const { level = 0, msg = "", err, faults } = lineOf(text);
    if (msg === "MongoDB is connected") problem = undefined;
    const cause = err?.message ?? (Array.isArray(faults) ? faults.join("; ") : undefined);
    if (level >= warning && cause !== undefined) problem = `${msg}: ${plain(cause)}`;
    if (crash.test(text)) problem = text;
  }
  return problem === undefined ? undefined : withFix(problem);
}

/** Node prints the error of a crash between a line of the program and the stack. V8 prints its own errors. */
const crash = /^(?:\w*Error(?: \[\w+\])?|FATAL ERROR): ./;

/**
 * Why a container has ended: the problem in its last lines. For programs other than the service, the last line.
 * @param message the container's termination message, whose first line may be incomplete
 */
export function endReason(message: string): string | undefined {
  const lines = message.trim().split("\n");
  const problem = problemIn(lines);
  if (problem !== undefined || lines.some(isOfPino)) return problem;
  return lines.at(-1) === "" ? undefined : lines.at(-1);
}

/** Also recognizes a line without its beginning. */
function isOfPino(text: string): boolean {
  return /^\{"level":\d+,|^[^{].*"msg":"[^"]*"\}$/.test(text);
}

/** The fields of a pino line that this file uses. */
interface Line {
  readonly level?: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
  /** Texts in lines of the service. Other programs may log any value. */
  readonly faults?: unknown;
}

/** Returns an empty object for lines of other programs, such as Node's own. */
function lineOf(text: string): Line {
  try {
    return (JSON.parse(text) as Line | null) ?? {};
  } catch {
    return {};
  }
}

/** Node's advice applies only to programs that a user starts by hand. */
const advice = /; if the root CA is installed locally, try running Node\.js with --use-system-ca/g;
/** pino appends the messages of an error's causes, and the driver repeats the same message there. */
const repeated = /^(.+?)(?:: \1)+$/;
const untrusted = /self-signed certificate|unable to (verify the first|get (local )?issuer) certificate/;

function plain(cause: string): string {
  return cause.replace(advice, "").replace(repeated, "$1");
}

function withFix(problem: string): string {
  if (!untrusted.test(problem)) return problem;
  return `${problem}. If a private CA signed the certificate, run: npm run pulumi -- config set mongodbCa < FILE.pem`;
}
