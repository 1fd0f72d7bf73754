import { destination, pino, type Logger } from "pino";

/** Milliseconds after which buffered lines are written. */
const flushDelayMs = 100;
/** Bytes of buffered lines after which they are written. */
const bufferBytes = 4096;

/**
 * Creates the log: JSON lines on standard output. Lines are written together, because a write for each line would cost
 * a quarter of a request. When the process ends, buffered lines are written, unless the process is killed or aborts.
 */
export function createLogger(level: string, podName: string): Logger {
  const lines = destination({ minLength: bufferBytes });
  let timer: NodeJS.Timeout | undefined;
  function flush() {
    timer = undefined;
    lines.flush();
  }
  return pino(
    {
      level,
      base: { pod: podName },
      hooks: {
        streamWrite(line) {
          timer ??= setTimeout(flush, flushDelayMs).unref();
          return line;
        },
      },
    },
    lines,
  );
}
