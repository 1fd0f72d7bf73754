import type { Load, LoadOptions } from "./open-loop.ts";
import type { Sample } from "./request-samples.ts";

/** How clients make a load. */
export interface ClientsOptions extends Pick<LoadOptions, "send"> {
  /** How many there are: each sends its next request when it has the answer to the last one. */
  readonly clients: number;
}

/** Milliseconds that a client waits after a request without an answer: a loop of refusals would only cost CPU. */
const breath = 100;

/** Begins a load of so many clients. Its rate is what the service lets it be. */
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
      if (outcome !== "ok") await new Promise((resolve) => setTimeout(resolve, breath));
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
