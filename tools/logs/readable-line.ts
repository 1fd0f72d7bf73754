import { prettyFactory, type PrettyOptions } from "pino-pretty";

/** pino's number of the level. */
const error = 50;

/** As pino begins its lines. */
const ofPino = /^\{"level":\d+,"time":\d+/;
const ofRequest = '"msg":"request"';

const options: PrettyOptions = {
  colorize: process.stdout.isTTY && process.stdout.hasColors(),
  translateTime: "SYS:HH:MM:ss",
  // Same on every line.
  ignore: "pod,pid,hostname",
  singleLine: true,
  customPrettifiers: {
    // A warning, such as a database that is unavailable for now, comes often: its message is enough.
    err: (err, _key, log) => {
      const { stack, message = JSON.stringify(err) } = err as { stack?: string; message?: string };
      return (log as { level: number }).level < error ? message : (stack ?? message);
    },
  },
};

const pretty = prettyFactory(options);
const prettyRequest = prettyFactory({
  ...options,
  hideObject: true,
  messageFormat: "{method} {path} {status} {ms} ms",
});

/** A line of the service's log for a person to read. A line that isn't pino's stays as it is. */
export function readableLine(line: string): string {
  if (!ofPino.test(line)) return line;
  return (line.includes(ofRequest) ? prettyRequest(line) : pretty(line)).trimEnd();
}
