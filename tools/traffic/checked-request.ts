import { NoReply, type Client, type ClientRequest, type Reply } from "./http-client.ts";
import type { Result } from "./open-loop.ts";

/** Sends a request and returns its outcome. */
export async function checked(
  client: Client,
  request: ClientRequest,
  isExpected: (reply: Reply) => boolean,
): Promise<Result> {
  try {
    const reply = await client.send(request);
    if (isExpected(reply)) return { outcome: "ok" };
    const { code } = (reply.json ?? {}) as { code?: string };
    if (reply.status === 503) return { outcome: "shed", why: code };
    return { outcome: "wrong", why: `${request.method} returned ${reply.status} ${code ?? ""}` };
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    const why = `${request.method} ${error.message}`;
    return { outcome: error.connected ? "broken" : "refused", why };
  }
}
