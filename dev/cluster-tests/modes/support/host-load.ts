import { expect } from "chai";
import { lookupAs } from "../../../../tools/http/url-answer.ts";
import type { IngressPlace } from "../../../../tools/minikube/ingress-place.ts";
import { underLoad } from "../../traffic/under-load.ts";
import { slowRequests, type Traefik } from "./traefik.ts";

/** Requests per second. Every fifth request needs a TLS handshake, so 100 would be too many for a busy laptop. */
const rate = 50;

/** Clients of a host name, and the controller between the clients and the service. */
export interface HostClients {
  readonly place: IngressPlace;
  readonly traefik: Traefik;
  /** CA of the server's certificate. @default none: HTTP */
  readonly ca?: string;
  /** Requests per connection, on average. @default no limit */
  readonly perConnection?: number;
}

/** Expects that no request fails and no write is lost under a constant load during `cause`. */
export async function expectNoFailure(
  { place, traefik, ca, perConnection = Infinity }: HostClients,
  cause: () => Promise<void>,
): Promise<void> {
  const host = { lookup: lookupAs(place.address), ...(ca === undefined ? {} : { ca }) };
  const { requests, reasons, losses } = await underLoad(place.url, cause, { rate, perConnection, host });
  console.log(`      ${requests} requests`);
  // Shows which failed requests reached Traefik, and the pods that got them.
  if (reasons.size > 0) console.log(await slowRequests(traefik));
  expect({ reasons: Object.fromEntries(reasons), losses }).to.deep.equal({ reasons: {}, losses: [] });
  expect(requests).to.be.greaterThan(100);
}
