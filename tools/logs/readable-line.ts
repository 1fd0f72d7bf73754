import { prettyFactory, type PrettyOptions } from "pino-pretty";

/** pino's number for this level. */
const error = 50;

/** The start of each pino line. */
const ofPino = /^\{"level":\d+,"time":\d+/;
const ofRequest = '"msg":"request"';

const options: PrettyOptions = {
  colorize: process.stdout.isTTY && process.stdout.hasColors(),
  translateTime: "SYS:HH:MM:ss",
  // Equal on every line.
  ignore: "pod,pid,hostname",
  singleLine: true,
  customPrettifiers: {
    // Warnings repeat often, for example while the database is unavailable, so print only the message.
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

/** Formats a line of the service's log for people. Returns other lines unchanged. */
export function readableLine(line: string): string {
  if (!ofPino.test(line)) return line;
  return (line.includes(ofRequest) ? prettyRequest(line) : pretty(line)).trimEnd();
}
