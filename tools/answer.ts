import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "./run.ts";

/**
 * Waits until a URL answers with a success.
 * @param patience how long, in milliseconds
 * @throws {Fault} what it answered last
 */
export async function untilAnswers(url: string, patience: number): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await askOnce(url);
    if (answer === "ok") return;
    if (Date.now() > end) {
      throw new Fault(
        `${url} does not answer after ${patience / 1000} s: ${answer}. See why: npm run doctor`,
      );
    }
    await sleep(Math.min(500, patience));
  }
}

async function askOnce(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.ok ? "ok" : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error && cause.message !== "" ? cause.message : message;
  }
}
