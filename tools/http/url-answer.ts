import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../process/user-error.ts";

/**
 * Waits until a URL answers with a success.
 * @param timeoutMs limit of the wait, in milliseconds
 * @param address IP address of the URL's host. @default from DNS
 * @throws {UserError} the last answer
 */
export async function untilAnswers(url: string, timeoutMs: number, address?: string): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await requestOnce(url, address);
    if (answer === "ok") return;
    if (Date.now() > end) {
      throw new UserError(`${url} does not answer after ${timeoutMs / 1000} s: ${answer}.`);
    }
    await sleep(Math.min(500, timeoutMs));
  }
}

async function requestOnce(url: string, address: string | undefined): Promise<string> {
  try {
    const { ok, status } = await answerOf(url, requestTimeoutMs, address);
    return ok ? "ok" : `HTTP ${status}`;
  } catch (error) {
    return whyNot(error);
  }
}

/** Timeout of one answer, in milliseconds. */
const requestTimeoutMs = 5000;

/** The answer of a URL. */
export interface UrlAnswer {
  /** Whether the status is 2xx. */
  readonly ok: boolean;
  /** The HTTP status. */
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one request to a URL.
 * @param timeoutMs timeout of the answer, in milliseconds
 * @param address IP address of the URL's host. @default from DNS
 * @throws {Error} no answer: {@link whyNot} returns the reason
 */
export async function answerOf(url: string, timeoutMs: number, address?: string): Promise<UrlAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, text } = await (address === undefined
    ? fetchText(url, signal)
    : fetchTextAt(url, signal, address));
  return { ok: status >= 200 && status < 300, status, text };
}

/** Why there was no answer, in words. */
export function whyNot(error: unknown): string {
  const { cause, message } = error as Error;
  const { code = "", message: reason }: NodeJS.ErrnoException =
    cause instanceof Error ? cause : (error as Error);
  const text = reason === "" ? message : reason;
  return closedCodes.includes(code) ? `no pod accepts connections (${text})` : text;
}

/** Error codes if a connection opens and then closes: the node or a proxy listens, but reaches no pod. */
const closedCodes = ["UND_ERR_SOCKET", "ECONNRESET"];

type RawAnswer = Omit<UrlAnswer, "ok">;

async function fetchText(url: string, signal: AbortSignal): Promise<RawAnswer> {
  const response = await fetch(url, { signal });
  return { status: response.status, text: await response.text() };
}

/** Like fetch, which has no option for an address. Accepts any certificate: the user's browser will check it. */
async function fetchTextAt(url: string, signal: AbortSignal, address: string): Promise<RawAnswer> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    // With NODE_USE_ENV_PROXY the shared agent uses a proxy, and the proxy would ignore the address.
    const options = { agent: false, lookup: lookupAs(address), signal, rejectUnauthorized: false };
    request(url, options, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, text: body });
      }, reject);
    })
      .on("error", reject)
      .end();
  });
}

type Lookup = NonNullable<Parameters<typeof httpRequest>[1]["lookup"]>;

/** A lookup that resolves every host to one IP address. */
export function lookupAs(address: string): Lookup {
  const family = isIP(address);
  return (_host, { all }, callback) => {
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
