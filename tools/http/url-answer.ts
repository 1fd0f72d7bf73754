import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../process/user-error.ts";

/**
 * Waits until a URL answers with a success.
 * @param patience how long, in milliseconds
 * @param address where its host is. @default what DNS says
 * @throws {UserError} what it answered last
 */
export async function untilAnswers(url: string, patience: number, address?: string): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await askOnce(url, address);
    if (answer === "ok") return;
    if (Date.now() > end) {
      throw new UserError(`${url} does not answer after ${patience / 1000} s: ${answer}.`);
    }
    await sleep(Math.min(500, patience));
  }
}

async function askOnce(url: string, address: string | undefined): Promise<string> {
  try {
    const { ok, status } = await answerOf(url, timeout, address);
    return ok ? "ok" : `HTTP ${status}`;
  } catch (error) {
    return whyNot(error);
  }
}

/** How long one answer may take, in milliseconds. */
const timeout = 5000;

/** What a URL answers. */
export interface UrlAnswer {
  /** Whether it is a success. */
  readonly ok: boolean;
  /** HTTP's status. */
  readonly status: number;
  readonly text: string;
}

/**
 * Asks a URL once.
 * @param patience how long the answer may take, in milliseconds
 * @param address where its host is. @default what DNS says
 * @throws {Error} no answer: {@link whyNot} says why
 */
export async function answerOf(url: string, patience: number, address?: string): Promise<UrlAnswer> {
  const signal = AbortSignal.timeout(patience);
  const { status, text } = await (address === undefined ? ask(url, signal) : askAt(url, signal, address));
  return { ok: status >= 200 && status < 300, status, text };
}

/** Why there was no answer, in words. */
export function whyNot(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}

type Said = Omit<UrlAnswer, "ok">;

async function ask(url: string, signal: AbortSignal): Promise<Said> {
  const response = await fetch(url, { signal });
  return { status: response.status, text: await response.text() };
}

/** As fetch, which can't be told an address. Whoever made the certificate: the person's browser is to judge it. */
async function askAt(url: string, signal: AbortSignal, address: string): Promise<Said> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    // The shared agent asks a proxy if NODE_USE_ENV_PROXY is set, and a proxy does not know the address.
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

/** A lookup that finds every host at one IP address. */
export function lookupAs(address: string): Lookup {
  const family = isIP(address);
  return (_host, { all }, callback) => {
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
