import { writeFileSync } from "node:fs";
import { codeCacheOf, loadBundle } from "./cached-bundle.ts";

// Runs the service while its image is built, and writes what V8 has compiled of it by then. No MongoDB is needed.

/** Milliseconds in which the service starts. */
const startMs = 1000;

const folder = import.meta.dirname;
const bundle = loadBundle(folder);

// A service that ends at once becomes an image all the same: its pods say why.
process.on("exit", () => {
  writeFileSync(codeCacheOf(folder), bundle.script.createCachedData());
  process.exitCode = 0;
});

setTimeout(() => {
  void requestAll(["/health/live", "/data", "/"]).finally(() => process.exit());
}, startMs);
bundle.run();

/** Also a pod's first answers need no compiler. */
async function requestAll(paths: readonly string[]): Promise<void> {
  const url = `http://127.0.0.1:${process.env.PORT ?? 3000}`;
  for (const path of paths) await fetch(url + path).then((response) => response.text());
}
