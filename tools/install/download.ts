import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { megabytes } from "../terminal/format-bytes.ts";
import { UserError } from "../process/user-error.ts";
import { get } from "./proxied-request.ts";
import type { Asset } from "./releases.ts";

export interface Download {
  readonly url: string;
  /** Destination. The file appears only when it is complete and its checksum matches. */
  readonly file: string;
  /** The expected checksum. */
  readonly digest: Asset["digest"];
  /** Receives a progress line every 2 seconds, and a line before each retry. */
  readonly say: (line: string) => void;
  /** Timeout while the server sends nothing. @default 30 seconds */
  readonly stallMs?: number;
  /** Ends the download. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file. If the connection breaks after the first bytes, starts again, up to 3 times.
 * @throws {UserError} the URL and the reason
 * @throws the reason of the signal, if the signal is aborted
 */
export async function download(wanted: Download): Promise<void> {
  const part = `${wanted.file}.part`;
  try {
    const digest = await receive(wanted, part, 3);
    if (digest !== wanted.digest) {
      throw new UserError(
        `${wanted.url} returned another file, which was deleted: its checksum is ${digest}, not ${wanted.digest}.`,
      );
    }
    await rename(part, wanted.file);
  } finally {
    await rm(part, { force: true });
  }
}

/** Downloads into `part`, and returns the checksum of the bytes. */
async function receive(wanted: Download, part: string, retriesLeft: number): Promise<string> {
  const { url, digest, say, stallMs = 30_000, signal } = wanted;
  const [algorithm = ""] = digest.split(":");
  const hash = createHash(algorithm);
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
  }, stallMs);
  let size = 0;
  try {
    const ends = [silence.signal, signal].filter((end) => end !== undefined);
    const response = await get(url, { "user-agent": "koa-mongo-stack" }, AbortSignal.any(ends));
    const { statusCode, headers } = response;
    if (statusCode !== 200) {
      response.destroy();
      throw new UserError(`${url} answered HTTP ${statusCode ?? "nothing"}.`);
    }
    const progress = progressLines(basename(url), headers["content-length"], say);
    const inspect = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        timer.refresh();
        hash.update(chunk);
        progress((size += chunk.length));
        yield chunk;
      }
    };
    await pipeline(response, inspect, createWriteStream(part));
    return `${algorithm}:${hash.digest("hex")}`;
  } catch (error) {
    if (error instanceof UserError) throw error;
    signal?.throwIfAborted();
    const reason = silence.signal.aborted ? `no data for ${stallMs / 1000} s` : reasonOf(error);
    // If the server has sent nothing, a retry will hardly help.
    if (size === 0 || retriesLeft === 0) throw failure(url, reason, error);
    say(`${basename(url)}: ${reason}, starting again`);
  } finally {
    clearTimeout(timer);
  }
  return await receive(wanted, part, retriesLeft - 1);
}

function progressLines(name: string, length: string | undefined, say: Download["say"]) {
  const total = length === undefined ? "" : ` of ${megabytes(Number(length))}`;
  let printedAt = 0;
  return (size: number) => {
    if (Date.now() - printedAt <= 2000) return;
    printedAt = Date.now();
    say(`${name}: ${megabytes(size)}${total} MB`);
  };
}

function failure(url: string, reason: string, cause: unknown): UserError {
  const { HTTPS_PROXY, https_proxy = HTTPS_PROXY } = process.env;
  const advice = https_proxy === undefined ? " Behind a proxy, set HTTPS_PROXY." : "";
  return new UserError(`${url} can't be downloaded: ${reason}.${advice}`, { cause });
}

/** If Node tried several addresses, the error has a code but no message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === "" ? (code ?? "unknown") : message;
}
