import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

/** The service in one file, compiled as far as its code cache goes. */
export interface CachedBundle {
  readonly script: Script;
  /** Runs it, as `require` would. */
  run(): void;
}

/** V8's code cache of the bundle in this folder. */
export function codeCacheOf(folder: string): string {
  return join(folder, "service.cache");
}

/**
 * Loads `service.cjs` with its code cache. A cache that is missing, or of another Node, only costs time. Node's own
 * compile cache would save little: it is made before a file runs, and has none of the functions that are compiled then.
 */
export function loadBundle(folder: string): CachedBundle {
  const filename = join(folder, "service.cjs");
  const cache = codeCacheOf(folder);
  const script = new Script(Module.wrap(readFileSync(filename, "utf8")), {
    filename,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  return {
    script,
    run() {
      const module = { exports: {} };
      const main = script.runInThisContext() as (...scope: unknown[]) => void;
      main(module.exports, createRequire(filename), module, filename, folder);
    },
  };
}
