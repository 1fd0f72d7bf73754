import { cp } from "node:fs/promises";
import { join } from "node:path";
import { build, type BuildFailure, type Message, type Plugin } from "esbuild";

const service = import.meta.dirname;

/** Puts tracing and its dependencies into a separate file, which a service without tracing never loads. */
const tracingApart: Plugin = {
  name: "tracing-apart",
  setup(build) {
    build.onResolve({ filter: /\/tracing\/start-tracing\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./tracing.cjs", external: true } : undefined,
    );
  },
};

/** Loads the table of all media types, a twentieth of the start, only when a type is looked up. */
const mediaTypesLater: Plugin = {
  name: "media-types-later",
  setup(build) {
    build.onResolve({ filter: /^mime-types$/ }, ({ namespace, path, resolveDir }) =>
      namespace === "later" ? undefined : { path, namespace: "later", pluginData: resolveDir },
    );
    build.onLoad({ filter: /./, namespace: "later" }, ({ pluginData }) => ({
      contents: `
        for (const name of ["charset", "contentType", "extension", "lookup"])
          exports[name] = (text) => require("mime-types")[name](text);`,
      resolveDir: pluginData as string,
    }));
  },
};

/**
 * Loads Node's `assert`, a thirtieth of the start, only when an assertion fails or another of its functions is used.
 */
export const assertLater: Plugin = {
  name: "assert-later",
  setup(build) {
    build.onResolve({ filter: /^(node:)?assert$/ }, ({ kind, namespace, path }) =>
      // An `import` reads all functions at once.
      kind === "require-call" && namespace !== "assert" ? { path, namespace: "assert" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "assert" }, () => ({
      contents: `
        const check = (ok, message) => { if (!ok) require("node:assert")(ok, message); };
        module.exports = new Proxy(check, {
          get: (_, name) => name === "ok" ? check : require("node:assert")[name],
        });`,
    }));
  },
};

/**
 * Omits prom-client's push gateway and pino's transports, which load many of Node's modules. The service uses neither,
 * and a bundle can't run transports.
 */
export const unusedOmitted: Plugin = {
  name: "unused-omitted",
  setup(build) {
    const unused = /^(\.\/transport|\.\/lib\/transport|\.\/lib\/pushgateway|worker_threads)$/;
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      /node_modules[/\\](pino|prom-client)[/\\]/.test(importer) ? { path, namespace: "unused" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "unused" }, ({ path }) => ({
      contents:
        path === "worker_threads"
          ? "exports.isMainThread = true;"
          : `module.exports = function () { throw new Error("service/bundle.ts leaves out ${path}") };`,
    }));
  },
};

/**
 * Bundles the service and its dependencies for the image: `main.cjs`, `tracing.cjs`, and the page's files. `pack.cjs`
 * packs `main.cjs` with V8's code cache, and `run.cjs` runs the result.
 * @throws {BuildFailure} errors in the code
 */
export async function bundle(folder: string): Promise<void> {
  const { warnings } = await build({
    absWorkingDir: join(service, ".."),
    entryPoints: {
      main: join(service, "main.ts"),
      tracing: join(service, "tracing/start-tracing.ts"),
      run: join(service, "code-cache/run.ts"),
      pack: join(service, "code-cache/pack.ts"),
    },
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // For browsers, the driver depends on a URL parser with 300 KB of Unicode tables. Node has the same parser.
    alias: { "whatwg-url": "node:url" },
    define: { "import.meta.dirname": "__dirname" },
    // `require` instead: Node has no `import()` in a script with a code cache.
    supported: { "dynamic-import": false },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [tracingApart, mediaTypesLater, assertLater, unusedOmitted],
    logLevel: "silent",
  });
  for (const warning of warnings) console.error(formatMessage(warning));
  await cp(join(service, "page/assets"), join(folder, "assets"), { recursive: true });
}

/** Number of errors to print. The first error often causes the others. */
const maxErrors = 3;

/** All errors in one line, because Pulumi shows only the first line of a message during the image's build. */
function formatErrors(errors: readonly Message[]): string {
  const rest = errors.length - maxErrors;
  const texts = errors.slice(0, maxErrors).map(formatMessage);
  return [...texts, ...(rest > 0 ? [`and ${rest} more error${rest === 1 ? "" : "s"}`] : [])].join("; ");
}

function formatMessage({ location, text }: Message): string {
  // esbuild counts columns from 0, and editors count from 1.
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error;
}

if (import.meta.main) {
  try {
    await bundle(join(service, "dist"));
  } catch (error) {
    // The message must come first. Node itself would print the place of the `throw` first.
    console.error(isBuildFailure(error) ? formatErrors(error.errors) : error);
    process.exitCode = 1;
  }
}
