import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from "node:https";

/** What a client asks. */
export interface Question {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What it was told. */
export interface Reply {
  readonly status: number;
  /** The body as JSON, read when asked for; undefined where there is none. */
  readonly json: unknown;
}

/** No answer. */
export class NoReply extends Error {
  /** Whether the request may have arrived: a connection was there. */
  readonly connected: boolean;

  constructor(message: string, connected: boolean) {
    super(message);
    this.connected = connected;
  }
}

/** A client that keeps connections and repeats nothing. */
export interface Client {
  /** @throws {NoReply} when there is no answer within 5 s */
  ask(question: Question): Promise<Reply>;
  close(): void;
}

/** Milliseconds after which there will be no answer any more. */
const timeout = 5000;

/** How a client connects. */
export interface ClientOptions {
  /** At the most. */
  readonly connections: number;
  /** Requests on one, on average: one that is kept never comes to a new pod. @default as long as it lasts */
  readonly perConnection?: number;
  /** Where the URL's host is, and the CA of its certificate. @default what DNS and Node say */
  readonly host?: HostOptions;
}

/** What a client is told of the URL's host. */
export type HostOptions = Pick<AgentOptions, "lookup" | "ca">;

/** A client of the service at this URL. */
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
    // All connections in turn: one that is never used would not hear that its pod asks it to leave.
    scheduling: "fifo",
  });
  return {
    // By chance: in turn it might be the same connection again and again.
    ask: (question) => ask(new URL(question.path, url), question, agent, Math.random() * perConnection < 1),
    close() {
      agent.destroy();
    },
  };
}

function ask(url: URL, { method, body }: Question, agent: HttpAgent, isLast: boolean): Promise<Reply> {
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
      sent.destroy(new Error(`nothing within ${timeout} ms`));
    }, timeout);
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

/** A client under load has better things to do than to read what nobody looks at. */
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
