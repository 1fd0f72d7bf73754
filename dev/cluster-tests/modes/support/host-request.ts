import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { lookupAs } from "../../../../tools/http/url-answer.ts";
import type { IngressPlace } from "../../../../tools/minikube/ingress-place.ts";

/** A request to a host name. */
export interface HostRequest {
  /** @default GET */
  readonly method?: "GET" | "POST";
  /** @default none */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Milliseconds between the first byte of the body and the rest. @default none */
  readonly pauseMs?: number;
  /** CA of the server's certificate. */
  readonly ca?: string;
}

/** The answer to a request. */
export interface HostAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The client's own address on the connection. */
  readonly client: string;
}

/** Sends a request to the host name of an Ingress, on a new connection and without a DNS lookup. */
export async function requestHost(
  { url, address }: Pick<IngressPlace, "url" | "address">,
  path: string,
  { method = "GET", headers = {}, body, pauseMs = 0, ca }: HostRequest = {},
): Promise<HostAnswer> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
  const options = { agent: false, lookup: lookupAs(address), method, ca, headers: { ...length, ...headers } };
  return await new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), options, (response) => {
      const client = response.socket.localAddress ?? "";
      text(response).then((answer) => {
        const type = response.headers["content-type"] ?? "";
        resolve({ status: response.statusCode ?? 0, type, text: answer, client });
      }, reject);
    }).on("error", reject);
    if (pauseMs === 0) {
      sent.end(body);
      return;
    }
    sent.write(body?.slice(0, 1));
    void sleep(pauseMs, undefined, { ref: false }).then(() => sent.end(body?.slice(1)));
  });
}
