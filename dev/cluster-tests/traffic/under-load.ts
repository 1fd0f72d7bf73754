import { findDocument, Ledger, type Loss } from "./write-ledger.ts";
import { mixedRequests } from "./verified-requests.ts";
import { createClient, type ClientOptions } from "../../../tools/traffic/http-client.ts";
import { startLoad } from "../../../tools/traffic/open-loop.ts";
import { summarize, type Summary } from "../../../tools/traffic/request-samples.ts";

/** Maximum number of in-flight requests. */
const most = 110;
/** Maximum milliseconds between the due time of a request and its start. */
const patience = 5000;

/** Rate of the load, and options of its clients. */
export interface UnderLoadOptions extends Omit<ClientOptions, "connections"> {
  /** Requests per second. @default 100 */
  readonly rate?: number;
}

/** Result of a load. */
export interface Outcome extends Summary {
  /** Acknowledged writes that were lost. */
  readonly losses: readonly Loss[];
}

/** Sends reads and writes during `cause`, and checks every acknowledged write afterwards. */
export async function underLoad(
  url: string,
  cause: () => Promise<void>,
  { rate = 100, ...how }: UnderLoadOptions = {},
): Promise<Outcome> {
  const client = createClient(url, { connections: most, ...how });
  const ledger = new Ledger();
  const load = startLoad({
    rate,
    maxInFlight: most,
    maxWaitMs: patience,
    send: mixedRequests(client, ledger, () => load.now()),
  });
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
