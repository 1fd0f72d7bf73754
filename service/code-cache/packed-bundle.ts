import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { gunzipSync, gzipSync } from "node:zlib";

/** A bundle that V8 has read, and that has not run yet. */
export interface Bundle {
  /** Whether V8 rejected the code cache. Undefined without a cache. */
  readonly isRejected: boolean | undefined;
  /** Runs the bundle as a CommonJS module that requires other modules by this function. */
  run(require: NodeJS.Require): void;
  /** Returns the code of all functions that V8 has compiled until now. */
  codeCache(): Buffer;
}

/** The bundle in this folder, which {@link packBundle} reads. */
const bundleFile = "main.cjs";
const sourceFile = `${bundleFile}.gz`;
const cacheFile = `${bundleFile}.cache`;
/** Bytes that are decompressed at once: all of the source, because many pieces take a third longer. */
const chunkSize = 4 * 1024 * 1024;

/** Reads `main.cjs`. */
export function readBundle(folder: string): Bundle {
  return compile(folder, readFileSync(join(folder, bundleFile)));
}

/** Writes the packed bundle: the source, compressed because V8 rarely needs it, and the code cache. */
export function packBundle(folder: string, bundle: Bundle): void {
  writeFileSync(join(folder, cacheFile), bundle.codeCache());
  writeFileSync(join(folder, sourceFile), gzipSync(readFileSync(join(folder, bundleFile))));
}

/** Reads the packed bundle. If the code cache is of another version of V8, only the start takes longer. */
export function readPackedBundle(folder: string): Bundle {
  const source = gunzipSync(readFileSync(join(folder, sourceFile)), { chunkSize });
  return compile(folder, source, readFileSync(join(folder, cacheFile)));
}

function compile(folder: string, source: Buffer, cachedData?: Buffer): Bundle {
  const filename = join(folder, bundleFile);
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${source.toString()}\n})`,
    {
      filename,
      ...(cachedData === undefined ? {} : { cachedData }),
    },
  );
  return {
    isRejected: script.cachedDataRejected,
    run(require) {
      const main = script.runInThisContext() as (...scope: readonly unknown[]) => void;
      const module = { exports: {} };
      main(module.exports, require, module, filename, folder);
    },
    codeCache: () => script.createCachedData(),
  };
}
