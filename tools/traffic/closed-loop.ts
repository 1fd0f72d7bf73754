import type { Load, LoadOptions } from "./open-loop.ts";
import type { Sample } from "./request-samples.ts";

/** Options of a load by clients. */
export interface ClientsOptions extends Pick<LoadOptions, "send"> {
  /** Number of clients. Each client sends its next request after the previous answer. */
  readonly clients: number;
}

/** Milliseconds that a client waits after a failed request. A loop of fast failures would only use CPU. */
const failureDelayMs = 100;

/** Starts a load of clients that wait for each answer. The service's speed determines the rate. */
export function startClients({ clients, send }: ClientsOptions): Load {
  const samples: Sample[] = [];
  const start = performance.now();
  const now = () => performance.now() - start;
  const stopping = new AbortController();

  async function client(): Promise<void> {
    while (!stopping.signal.aborted) {
      const due = now();
      const { outcome, why } = await send();
      samples.push({ due, ms: now() - due, outcome, why });
      if (outcome !== "ok") await new Promise((resolve) => setTimeout(resolve, failureDelayMs));
    }
  }
  const running = Array.from({ length: clients }, client);

  return {
    samples,
    now,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
