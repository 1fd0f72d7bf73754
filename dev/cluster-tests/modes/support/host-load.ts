import { expect } from "chai";
import { lookupAs } from "../../../../tools/http/url-answer.ts";
import type { IngressPlace } from "../../../../tools/minikube/ingress-place.ts";
import { underLoad } from "../../traffic/under-load.ts";
import { slowRequests, type Traefik } from "./traefik.ts";

/** Requests a second: with a TLS handshake for every fifth, a laptop that does other things has no time for 100. */
const rate = 50;

/** The clients of a host name, and the controller between them and the service. */
export interface HostClients {
  readonly place: IngressPlace;
  readonly traefik: Traefik;
  /** CA of the server's certificate. @default HTTP */
  readonly ca?: string;
  /** Requests on one connection, on average. @default as long as it lasts */
  readonly perConnection?: number;
}

/** Expects that no request fails and no write is lost under a constant load while something happens. */
export async function expectNoFailure(
  { place, traefik, ca, perConnection = Infinity }: HostClients,
  cause: () => Promise<void>,
): Promise<void> {
  const host = { lookup: lookupAs(place.address), ...(ca === undefined ? {} : { ca }) };
  const { requests, reasons, losses } = await underLoad(place.url, cause, { rate, perConnection, host });
  console.log(`      ${requests} requests`);
  // Which of them reached Traefik, and which pod it asked.
  if (reasons.size > 0) console.log(await slowRequests(traefik));
  expect({ reasons: Object.fromEntries(reasons), losses }).to.deep.equal({ reasons: {}, losses: [] });
  expect(requests).to.be.greaterThan(100);
}
