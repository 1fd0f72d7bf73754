import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { memoryVariables } from "../../infra/web/web-defaults.ts";
import { freePort } from "../../service/dev/free-port.ts";
import { tryRun, runOrThrow } from "../../tools/process/child-process.ts";
import { names, type Name } from "./server-names.ts";
import { bundleWithOrders } from "./service-with-orders.ts";

/** A server to measure. */
export interface Contender {
  readonly name: Name;
  /** Program and arguments. The program reads PORT and MONGODB_URI. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const servers = join(import.meta.dirname, "servers");
const noPretenuring = join(import.meta.dirname, "../../service/code-cache/no-pretenuring.ts");

/**
 * Flags of all Node servers: those of the service's image. A server waits for seconds while others are measured.
 * Meanwhile V8 would free memory that compiled code needs. Each request would then take up to 1.8 times as much CPU
 * time.
 */
const flags = imageArguments().slice(0, -1);

/** The service as in its image, and handwritten servers. Flask is left out if the installation fails. */
export async function findContenders(cache: string): Promise<Contender[]> {
  // All servers have the memory limits of the service's pod, which decide how often V8 collects garbage.
  const node = (name: Name, args: readonly string[], env = {}): Contender => {
    return {
      name,
      command: [process.execPath, ...args],
      env: { ...memoryVariables, ...env },
    };
  };
  const handwritten = async (name: Name, source: string) =>
    node(name, [...flags, await bundle(join(servers, source), cache)], compileCache(cache));
  const flask = await findFlask(cache);
  return [
    // With a metrics port, as in its stack.
    node(names.own, await service(cache), { METRICS_PORT: String(await freePort()) }),
    await handwritten(names.bare, "bare.ts"),
    await handwritten(names.fastify, "fastify.ts"),
    await handwritten(names.koa, "koa-mongoose.ts"),
    await handwritten(names.fastifyMongoose, "fastify-mongoose.ts"),
    ...(flask === undefined ? [] : [flask]),
  ];
}

function compileCache(cache: string) {
  return { NODE_COMPILE_CACHE: join(cache, "bench/compiled") };
}

/**
 * Builds the service as for the image, with a resource of ten fields.
 * @returns the arguments of Node, as in the image
 */
async function service(cache: string): Promise<readonly string[]> {
  const folder = join(cache, "bench/service");
  await bundleWithOrders(folder);
  await runOnce([...flags, join(folder, "pack.cjs")]);
  return [...flags, join(folder, imageArguments().at(-1) ?? "")];
}

/** Arguments of Node in the service's image. */
export function imageArguments(): readonly string[] {
  const dockerfile = readFileSync(join(import.meta.dirname, "../../Dockerfile"), "utf8");
  return JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
}

/**
 * Bundles a server into one file, and loads it once to fill Node's compile cache. Like the service, the server stops
 * pretenuring after its start. Otherwise V8 would decide differently in each process, and two benchmarks would differ by
 * up to 12 %.
 */
async function bundle(source: string, cache: string): Promise<string> {
  const outfile = join(cache, "bench", source.replace(/.*[/\\]/, "").replace(/\.ts$/, ".cjs"));
  await build({
    stdin: {
      contents: `import ${JSON.stringify(source)};
        import { stopPretenuring } from ${JSON.stringify(noPretenuring)};
        stopPretenuring();`,
      resolveDir: servers,
    },
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "error",
  });
  await runOnce(
    [...flags, "-e", `require(${JSON.stringify(outfile)}); setTimeout(process.exit, 1000)`],
    compileCache(cache),
  );
  return outfile;
}

/** Timeout in milliseconds, long enough for a busy machine. */
const runTimeoutMs = 60_000;

async function runOnce(args: readonly string[], variables = {}): Promise<void> {
  const env = {
    ...variables,
    NODE_ENV: "production",
    PORT: String(await freePort()),
    METRICS_PORT: String(await freePort()),
    MONGODB_URI: "mongodb://127.0.0.1:1/app",
  };
  await runOrThrow(process.execPath, args, { env, timeoutMs: runTimeoutMs });
}

const flaskPackages = ["flask==3.1.3", "pymongo==4.17.0", "gunicorn==26.0.0"];
const installTimeoutMs = 300_000;

/** Installs Flask in a virtual environment, with the server that its guide names. Undefined if that fails. */
async function findFlask(cache: string): Promise<Contender | undefined> {
  const folder = join(cache, "bench-flask");
  const gunicorn = join(folder, "bin/gunicorn");
  if (!existsSync(gunicorn)) {
    const created = await tryRun("python3", ["-m", "venv", "--clear", folder], {
      timeoutMs: installTimeoutMs,
    });
    if (created.kind !== "ok") return undefined;
    const args = ["install", "--quiet", ...flaskPackages];
    const installed = await tryRun(join(folder, "bin/pip"), args, { timeoutMs: installTimeoutMs });
    if (installed.kind !== "ok") return undefined;
  }
  const command = [gunicorn, "--chdir", servers, "--threads=16", "--keep-alive=60", "--log-level=error"];
  return { name: names.flask, command: [...command, "flask_app:app"] };
}
