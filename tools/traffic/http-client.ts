import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from "node:https";

/** A request of a client. */
export interface ClientRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** JSON body of the request. */
  readonly body?: unknown;
}

/** The response. */
export interface Reply {
  readonly status: number;
  /** The body as JSON, parsed on access. Undefined if the body is empty, and the text if it isn't JSON. */
  readonly json: unknown;
}

/** There was no response. */
export class NoReply extends Error {
  /** Whether there was a connection, so that the request may have arrived. */
  readonly connected: boolean;

  constructor(message: string, connected: boolean) {
    super(message);
    this.connected = connected;
  }
}

/** A client with keep-alive connections and without retries. */
export interface Client {
  /** @throws {NoReply} there is no response within 5 s */
  send(question: ClientRequest): Promise<Reply>;
  close(): void;
}

/** Timeout of a request, in milliseconds. */
const timeoutMs = 5000;

/** Options of a client. */
export interface ClientOptions {
  /** Limit of concurrent connections. */
  readonly connections: number;
  /** Requests on a connection, on average. Only a new connection can reach a new pod. @default no limit */
  readonly perConnection?: number;
  /** How to resolve the URL's host, and the CA of its certificate. @default DNS, and Node's CAs */
  readonly host?: HostOptions;
}

/** Options for the URL's host. */
export type HostOptions = Pick<AgentOptions, "lookup" | "ca">;

/** Creates a client of the service at this URL. */
export function createClient(
  url: string,
  { connections, perConnection = Infinity, host }: ClientOptions,
): Client {
  const Agent = url.startsWith("https:") ? HttpsAgent : HttpAgent;
  const agent = new Agent({
    ...host,
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: 32,
    // Use all connections in turn: an idle connection would not learn that its pod closes it.
    scheduling: "fifo",
  });
  return {
    // Choose randomly: a fixed interval might always close the same connection.
    send: (question) =>
      sendOnce(new URL(question.path, url), question, agent, Math.random() * perConnection < 1),
    close() {
      agent.destroy();
    },
  };
}

function sendOnce(
  url: URL,
  { method, body }: ClientRequest,
  agent: HttpAgent,
  isLast: boolean,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(text === undefined
        ? {}
        : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
      ...(isLast ? { Connection: "close" } : {}),
    };
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sent = request(url, { method, agent, headers });
    const timer = setTimeout(() => {
      sent.destroy(new Error(`no response within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      const { code } = error as NodeJS.ErrnoException;
      reject(new NoReply(code ?? error.message, connected));
    };
    sent.on("socket", (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once("connect", () => (connected = true));
    });
    sent.on("error", fail);
    sent.on("response", (response) => {
      let received = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        resolve(new ReceivedReply(response.statusCode ?? 0, received));
      });
    });
    sent.end(text);
  });
}

/** Parses JSON only on access, which saves CPU under load. */
class ReceivedReply implements Reply {
  readonly status: number;
  readonly #text: string;

  constructor(status: number, text: string) {
    this.status = status;
    this.#text = text;
  }

  get json(): unknown {
    return parsed(this.#text);
  }
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
