import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { megabytes } from "../terminal/format-bytes.ts";
import { UserError } from "../process/user-error.ts";
import { get } from "./proxied-request.ts";

/** How a file is downloaded. */
export interface Download {
  readonly url: string;
  /** Where it goes; what is there already is its beginning. */
  readonly file: string;
  /** Gets a line of progress now and then. */
  readonly say: (line: string) => void;
  /** How long the server may send nothing, in milliseconds. @default 30 seconds */
  readonly stall?: number;
}

/**
 * Downloads a file, and goes on where it was cut off, now or by an earlier run.
 * @throws {UserError} the URL, and what came instead
 */
export async function download(wanted: Download): Promise<void> {
  for (let triesLeft = 4; ; triesLeft--) {
    const before = await sizeOf(wanted.file);
    try {
      if (await attempt(wanted, before)) return;
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (triesLeft === 0 || (await sizeOf(wanted.file)) <= before) throw await unreached(wanted, error);
      wanted.say(`${basename(wanted.url)}: ${reason(error)}, going on`);
    }
  }
}

/** Gives false where what is there is not the file's beginning: it is gone then. */
async function attempt({ url, file, say, stall = 30_000 }: Download, from: number): Promise<boolean> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
  }, stall);
  try {
    const headers = { "user-agent": "koa-mongo-stack", ...(from > 0 && { range: `bytes=${from}-` }) };
    const response = await get(url, headers, silence.signal);
    if (response.statusCode === 416 && from > 0) {
      response.destroy();
      await rm(file);
      return false;
    }
    const isRest = response.statusCode === 206;
    if (!isRest && response.statusCode !== 200) {
      response.destroy();
      throw new UserError(`${url} answered HTTP ${response.statusCode ?? "nothing"}.`);
    }
    const counter = count(basename(url), isRest ? from : 0, response, say, timer);
    await pipeline(response, counter, createWriteStream(file, { flags: isRest ? "a" : "w" }));
    return true;
  } catch (error) {
    if (silence.signal.aborted) throw new Error(`nothing came for ${stall / 1000} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Passes bytes on, tells how far they are, and holds off the end of patience. */
function count(
  name: string,
  from: number,
  { headers }: IncomingMessage,
  say: Download["say"],
  timer: NodeJS.Timeout,
): Transform {
  const { "content-length": rest } = headers;
  const whole = rest === undefined ? undefined : from + Number(rest);
  let size = from;
  let told = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      timer.refresh();
      size += chunk.length;
      if (Date.now() - told > 2000) {
        told = Date.now();
        say(`${name}: ${megabytes(size)}${whole === undefined ? "" : ` of ${megabytes(whole)}`} MB`);
      }
      pass(null, chunk);
    },
  });
}

async function unreached({ url, file }: Download, error: unknown): Promise<UserError> {
  const size = await sizeOf(file);
  const { HTTPS_PROXY, https_proxy = HTTPS_PROXY } = process.env;
  const sentences = [
    `${url} can't be downloaded: ${reason(error)}.`,
    ...(size > 0 ? [`The next run goes on at ${megabytes(size)} MB.`] : []),
    ...(https_proxy === undefined ? ["Behind a proxy, set HTTPS_PROXY."] : []),
  ];
  return new UserError(sentences.join(" "), { cause: error });
}

/** An error of several addresses that were tried has no message of its own. */
function reason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === "" ? (code ?? "unknown") : message;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
