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
 * Creates a span for each command that a client sends for a request. A shared read is in the trace of the request that
 * started the read. A span contains no part of a document.
 */
export function traceCommands(client: mongo.MongoClient, tracer: Tracer, contexts: ContextManager): void {
  const open = new Map<number, Span>();

  client.on("commandStarted", ({ requestId, commandName, databaseName, command, address }) => {
    const context = contexts.active();
    const request = trace.getSpan(context);
    // A group's insert runs in the context of an earlier request, whose span may have ended.
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

/** Separates host and port, as OpenTelemetry's conventions require. */
function serverOf(address: string): Record<string, string | number> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  return host === undefined
    ? { "server.address": address }
    : { "server.address": host, "server.port": Number(port) };
}
