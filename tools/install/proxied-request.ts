import { once } from "node:events";
import http, { type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";

/**
 * Asks for a URL, through the proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY name, and follows redirects.
 * @param redirects how many at most
 * @returns the answer, whatever its status, with a body that is yet to be read
 * @throws {Error} nobody answered
 */
export async function get(
  url: string,
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
  redirects = 5,
): Promise<IncomingMessage> {
  const { Agent, request } = url.startsWith("https:") ? https : http;
  const asked = request(url, { headers, signal, agent: new Agent({ proxyEnv: proxyEnvironment() }) });
  // What breaks after the answer has begun breaks its body, too, and who reads that sees it.
  asked.on("error", () => undefined);
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const { location } = response.headers;
  if (!isRedirect(response) || location === undefined) return response;
  response.destroy();
  if (redirects === 0) throw new Error("it redirects without end");
  return await get(new URL(location, url).href, headers, signal, redirects - 1);
}

function isRedirect({ statusCode = 0 }: IncomingMessage): boolean {
  return [301, 302, 303, 307, 308].includes(statusCode);
}

/** Node itself does not read ALL_PROXY. It speaks to HTTP proxies only. */
function proxyEnvironment(env = process.env): NodeJS.ProcessEnv {
  const all = [env.all_proxy, env.ALL_PROXY].find((url) => url?.startsWith("http"));
  if (all === undefined) return env;
  return {
    ...env,
    HTTPS_PROXY: env.https_proxy ?? env.HTTPS_PROXY ?? all,
    HTTP_PROXY: env.http_proxy ?? env.HTTP_PROXY ?? all,
  };
}
