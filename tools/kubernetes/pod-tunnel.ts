import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Writable } from "node:stream";
import type { PortForward } from "@kubernetes/client-node";
import { whyUnanswered } from "./cluster-client.ts";

/** A TCP port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** A local port that forwards to a port of a pod. */
export interface PodTunnel {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Why the latest failed connection failed, in the words of Kubernetes or its API. Undefined if none failed. */
  failure(): string | undefined;
  /** Closes all connections, and the port. */
  close(): void;
}

/** The part of a WebSocket that this file uses. */
interface Channel {
  onclose: () => void;
  close(): void;
}

/**
 * Forwards connections through the API server and the kubelet into the pod's network, like `kubectl port-forward`. No
 * network policy applies, and the image needs no extra program. The tunnel has no back-pressure: use it only for
 * protocols with one size-limited answer at a time.
 */
export async function openPodTunnel(forward: PortForward, target: PodPort): Promise<PodTunnel> {
  const sockets = new Set<Socket>();
  let failure: string | undefined;
  const fail = (reason: string) => {
    failure = reason;
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // The client of this socket sees the error too, and reports it.
    socket.on("error", () => undefined);
    connect(forward, target, socket, fail).catch((error: unknown) => {
      fail(whyRejected(error));
      socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    failure: () => failure,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function connect(
  forward: PortForward,
  { namespace, pod, port }: PodPort,
  socket: Socket,
  fail: (reason: string) => void,
): Promise<void> {
  const errors = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The first message has the port's number, and no text.
      if (chunk.length > 0) fail(chunk.toString().trim());
      done();
    },
  });
  // Without a retry count, the result is a WebSocket. The types of WebSockets are not installed.
  const channel = (await forward.portForward(
    namespace,
    pod,
    [port],
    socket,
    errors,
    socket,
  )) as unknown as Channel;
  channel.onclose = () => socket.destroy();
  socket.on("close", () => {
    channel.close();
  });
  // The client may have disconnected while the WebSocket was opening.
  if (socket.destroyed) channel.close();
}

/** A rejected WebSocket passes an event with the error. */
function whyRejected(error: unknown): string {
  return whyUnanswered((error as { error?: unknown }).error ?? error);
}
