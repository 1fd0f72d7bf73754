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

/** A port of this machine that leads to a port of a pod. */
export interface PodTunnel {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Why the last connection that failed did so, as Kubernetes or its API says it. */
  failure(): string | undefined;
  /** Cuts all connections. */
  close(): void;
}

/** The part of a WebSocket that is needed here. */
interface Channel {
  onclose: () => void;
  close(): void;
}

/**
 * Leads connections through the API server and the kubelet into the network of the pod, as `kubectl port-forward` does:
 * no network policy applies, and nothing on the image is needed. It has no back-pressure: use it for a protocol whose
 * answers are limited in size and come one at a time.
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
    // The client at the other end sees the same, and says what it means.
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
  // Without a retry count it is a WebSocket, whose types are not installed.
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
  // The client has given up meanwhile.
  if (socket.destroyed) channel.close();
}

/** A WebSocket that is rejected gives an event with an error. */
function whyRejected(error: unknown): string {
  return whyUnanswered((error as { error?: unknown }).error ?? error);
}
