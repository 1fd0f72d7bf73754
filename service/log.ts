import { destination, pino, type Logger } from "pino";

/** Milliseconds after which a line is written at the latest. */
const longest = 100;
/** Characters that are written without waiting for more. */
const enough = 4096;

/**
 * The log: JSON lines on standard output. Lines go out together, in a thread of their own: a write for each would cost
 * as much as a quarter of the request it tells of. What waits is written when the process ends, unless it is killed.
 */
export function openLog(level: string, podName: string): Logger {
  const lines = destination({
    dest: process.stdout.fd,
    sync: false,
    minLength: enough,
    periodicFlush: longest,
  });
  return pino({ level, base: { pod: podName } }, lines);
}
