import {
  SpanKind,
  SpanStatusCode,
  trace,
  type ContextManager,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { mongo } from "mongoose";

/**
 * Makes a span of each command that a client sends for a request. A read that requests share is in the trace of the one
 * that began it. Nothing of a document is in a span.
 */
export function traceCommands(client: mongo.MongoClient, tracer: Tracer, contexts: ContextManager): void {
  const open = new Map<number, Span>();

  client.on("commandStarted", ({ requestId, commandName, databaseName, command, address }) => {
    const context = contexts.active();
    const request = trace.getSpan(context);
    // An insert for those who came while the last one was under way runs on after the request that began it.
    if (request?.isRecording() !== true) return;
    const collection: unknown = (command as Record<string, unknown>)[commandName];
    const attributes = {
      "db.system.name": "mongodb",
      "db.namespace": databaseName,
      "db.operation.name": commandName,
      ...serverOf(address),
      ...(typeof collection === "string" ? { "db.collection.name": collection } : {}),
    };
    const name = typeof collection === "string" ? `${commandName} ${collection}` : commandName;
    open.set(requestId, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, context));
  });

  function end(requestId: number, failure?: Error): void {
    const span = open.get(requestId);
    open.delete(requestId);
    if (failure !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: failure.name });
    span?.end();
  }
  client.on("commandSucceeded", ({ requestId }) => {
    end(requestId);
  });
  client.on("commandFailed", ({ requestId, failure }) => {
    end(requestId, failure);
  });
}

/** Host and port apart, as OpenTelemetry's conventions have them. */
function serverOf(address: string): Record<string, string | number> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  return host === undefined
    ? { "server.address": address }
    : { "server.address": host, "server.port": Number(port) };
}
