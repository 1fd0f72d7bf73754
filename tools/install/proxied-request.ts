import { once } from "node:events";
import http, { type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";

/**
 * Sends a GET request and follows redirects. Uses the proxies of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
 * @param redirects limit of redirects
 * @returns the response, whatever its status, with an unread body
 * @throws {Error} no response, or too many redirects
 */
export async function get(
  url: string,
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
  redirects = 5,
): Promise<IncomingMessage> {
  const { Agent, request } = url.startsWith("https:") ? https : http;
  const sent = request(url, { headers, signal, agent: new Agent({ proxyEnv: proxyEnvironment() }) });
  // A later error also breaks the response's body, whose reader handles the error.
  sent.on("error", () => undefined);
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const { location } = response.headers;
  if (!isRedirect(response) || location === undefined) return response;
  response.destroy();
  if (redirects === 0) throw new Error("too many redirects");
  return await get(new URL(location, url).href, headers, signal, redirects - 1);
}

function isRedirect({ statusCode = 0 }: IncomingMessage): boolean {
  return [301, 302, 303, 307, 308].includes(statusCode);
}

/** Node itself ignores ALL_PROXY. Only HTTP proxies are supported. */
function proxyEnvironment(env = process.env): NodeJS.ProcessEnv {
  const all = [env.all_proxy, env.ALL_PROXY].find((url) => url?.startsWith("http"));
  if (all === undefined) return env;
  return {
    ...env,
    HTTPS_PROXY: env.https_proxy ?? env.HTTPS_PROXY ?? all,
    HTTP_PROXY: env.http_proxy ?? env.HTTP_PROXY ?? all,
  };
}
