import { destination, pino, type Logger } from "pino";

/** Milliseconds that a line waits for others. */
const longest = 100;
/** Bytes that wait no longer. */
const enough = 4096;

/**
 * The log: JSON lines on standard output. They go out together: a write for each would cost as much as a quarter of the
 * request that it tells of. What waits is written when the process ends, unless it is killed or aborts.
 */
export function createLogger(level: string, podName: string): Logger {
  const lines = destination({ minLength: enough });
  let due: NodeJS.Timeout | undefined;
  function flush() {
    due = undefined;
    lines.flush();
  }
  return pino(
    {
      level,
      base: { pod: podName },
      hooks: {
        streamWrite(line) {
          due ??= setTimeout(flush, longest).unref();
          return line;
        },
      },
    },
    lines,
  );
}
