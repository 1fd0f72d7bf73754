import { NoReply, type Client, type Question, type Reply } from "./http-client.ts";
import type { Result } from "./open-loop.ts";

/** Sends a request and returns its outcome. */
export async function checked(
  client: Client,
  question: Question,
  isRight: (reply: Reply) => boolean,
): Promise<Result> {
  try {
    const reply = await client.ask(question);
    if (isRight(reply)) return { outcome: "ok" };
    const { code } = (reply.json ?? {}) as { code?: string };
    if (reply.status === 503) return { outcome: "shed", why: code };
    return { outcome: "wrong", why: `${question.method} returned ${reply.status} ${code ?? ""}` };
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    const why = `${question.method} ${error.message}`;
    return { outcome: error.connected ? "broken" : "refused", why };
  }
}
