import { findDocument, Ledger, type Loss } from "./write-ledger.ts";
import { mixedRequests } from "./verified-requests.ts";
import { createClient, type ClientOptions } from "../../../tools/traffic/http-client.ts";
import { startLoad } from "../../../tools/traffic/open-loop.ts";
import { summarize, type Summary } from "../../../tools/traffic/request-samples.ts";

/** Maximum number of in-flight requests. */
const maxInFlight = 110;
/** Maximum milliseconds between the due time of a request and its start. */
const maxDelayMs = 5000;

/** Rate of the load, and options of its clients. */
export interface UnderLoadOptions extends Omit<ClientOptions, "connections"> {
  /** Requests per second. @default 100 */
  readonly rate?: number;
}

/** Result of a load. */
export interface LoadSummary extends Summary {
  /** Acknowledged writes that were lost. */
  readonly losses: readonly Loss[];
}

/** Sends reads and writes during `cause`, and checks every acknowledged write afterwards. */
export async function underLoad(
  url: string,
  cause: () => Promise<void>,
  { rate = 100, ...clientOptions }: UnderLoadOptions = {},
): Promise<LoadSummary> {
  const client = createClient(url, { connections: maxInFlight, ...clientOptions });
  const ledger = new Ledger();
  const send = mixedRequests(client, ledger, () => load.now());
  const load = startLoad({ rate, maxInFlight, maxWaitMs: maxDelayMs, send });
  try {
    await cause();
    const end = load.now();
    await load.stop();
    const losses = await ledger.losses((id) => findDocument(client, id));
    return { ...summarize(load.samples, 0, end), losses };
  } finally {
    await load.stop();
    client.close();
  }
}
