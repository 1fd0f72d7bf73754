import { createRequire } from "node:module";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** The local port behind a port forward. */
export interface Forwarded {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Bytes that the port sends on a connection before it turns silent. @default no limit */
  readonly stopSendingAfter?: number;
  /** Bytes that the port receives on a connection. The rest is dropped. @default no limit */
  readonly stopReceivingAfter?: number;
}

/** The part of the package `ws` that this file uses. Kubernetes' client installs `ws`, but not its types. */
interface WebSocketPackage {
  readonly WebSocketServer: new (options: { noServer: true }) => {
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (channel: Channel) => void,
    ): void;
  };
}

interface Channel {
  send(data: Buffer): void;
  close(): void;
  on(event: "message", listener: (data: Buffer) => void): void;
  on(event: "close", listener: () => void): void;
}

const { WebSocketServer } = createRequire(import.meta.url)("ws") as WebSocketPackage;
const server = new WebSocketServer({ noServer: true });

/** Stream numbers of the first forwarded port. */
const streams = { data: 0, errors: 1 } as const;

/** Answers `GET …/portforward` like a kubelet, or with 404 if there is no such pod. */
export function answerPortForward(
  {
    request,
    socket,
    head,
  }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  target: Forwarded | undefined,
): void {
  if (target === undefined) {
    socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  server.handleUpgrade(request, socket, head, (channel) => {
    const port = Buffer.alloc(2);
    port.writeUInt16LE(target.port);
    const send = (stream: number, data: Buffer) => {
      channel.send(Buffer.concat([Buffer.of(stream), data]));
    };
    send(streams.data, port);
    send(streams.errors, port);

    let sent = 0;
    let received = 0;
    const connection = connect(target.port, "127.0.0.1");
    connection.on("data", (data) => {
      sent += data.length;
      if (sent <= (target.stopSendingAfter ?? Infinity)) send(streams.data, data);
    });
    connection.on("error", ({ message }) => {
      send(streams.errors, Buffer.from(`error forwarding port: ${message}\n`));
    });
    connection.on("close", () => {
      channel.close();
    });
    channel.on("message", (data) => {
      received += data.length;
      if (received <= (target.stopReceivingAfter ?? Infinity)) connection.write(data.subarray(1));
    });
    channel.on("close", () => connection.destroy());
  });
}
