import { cp } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

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

/** Bundles the service and its dependencies for the image: `main.cjs`, `tracing.cjs`, and the page's files. */
export async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: { main: join(service, "main.ts"), tracing: join(service, "tracing/start-tracing.ts") },
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // For browsers, the driver depends on a URL parser with 300 KB of Unicode tables. Node has the same parser.
    alias: { "whatwg-url": "node:url" },
    define: { "import.meta.dirname": "__dirname" },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [tracingApart, mediaTypesLater],
    logLevel: "warning",
  });
  await cp(join(service, "page/assets"), join(folder, "assets"), { recursive: true });
}

if (import.meta.main) await bundle(join(service, "dist"));
