import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "./run.ts";

/**
 * Waits until a URL answers with a success.
 * @param patience how long, in milliseconds
 * @param address where its host is. @default what DNS says
 * @throws {Fault} what it answered last
 */
export async function untilAnswers(url: string, patience: number, address?: string): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await askOnce(url, address);
    if (answer === "ok") return;
    if (Date.now() > end) {
      throw new Fault(
        `${url} does not answer after ${patience / 1000} s: ${answer}. See why: npm run doctor`,
      );
    }
    await sleep(Math.min(500, patience));
  }
}

async function askOnce(url: string, address: string | undefined): Promise<string> {
  try {
    const status = await (address === undefined ? statusOf(url) : statusAt(url, address));
    return status >= 200 && status < 300 ? "ok" : `HTTP ${status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error && cause.message !== "" ? cause.message : message;
  }
}

/** How long one answer may take, in milliseconds. */
const timeout = 5000;

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  await response.body?.cancel();
  return response.status;
}

/** As fetch, which can't be told an address. Whoever made the certificate: the person's browser is to judge it. */
async function statusAt(url: string, address: string): Promise<number> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const options = {
      lookup: lookupAs(address),
      signal: AbortSignal.timeout(timeout),
      rejectUnauthorized: false,
    };
    request(url, options, (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

type Lookup = NonNullable<Parameters<typeof httpRequest>[1]["lookup"]>;

function lookupAs(address: string): Lookup {
  const family = isIP(address);
  return (_host, { all }, callback) => {
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
