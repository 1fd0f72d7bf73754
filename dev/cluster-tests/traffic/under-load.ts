import { findDocument, Ledger, type Loss } from "./write-ledger.ts";
import { mixedRequests } from "./verified-requests.ts";
import { createClient, type ClientOptions } from "../../../tools/traffic/http-client.ts";
import { startLoad } from "../../../tools/traffic/open-loop.ts";
import { summarize, type Summary } from "../../../tools/traffic/request-samples.ts";

/** Requests in flight at once. */
const most = 110;
/** Milliseconds that a request waits to be sent. */
const patience = 5000;

/** How much is asked, and how the clients connect. */
export interface UnderLoadOptions extends Omit<ClientOptions, "connections"> {
  /** Requests a second. @default 100 */
  readonly rate?: number;
}

/** What a load had of something. */
export interface Outcome extends Summary {
  /** Writes that were acknowledged and are not there. */
  readonly losses: readonly Loss[];
}

/** Asks and writes all the time while something happens, and looks for every acknowledged write afterwards. */
export async function underLoad(
  url: string,
  cause: () => Promise<void>,
  { rate = 100, ...how }: UnderLoadOptions = {},
): Promise<Outcome> {
  const client = createClient(url, { connections: most, ...how });
  const ledger = new Ledger();
  const load = startLoad({ rate, most, patience, send: mixedRequests(client, ledger, () => load.now()) });
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
