// Node runs this file before Pulumi's own code (Pulumi.yaml, nodeargs). Of the 3.9 s of an `up` without changes,
// the file saves 1.1 s. More than half of the SDK's code is for serialized functions, charts, and traces of Pulumi
// itself. Each such module is loaded at its first use.
//
// If a new version of Pulumi fails to start, find out whether this file is the cause. Disable the file:
// `KOA_MONGO_STACK_LATE_MODULES=off npm run up`
//
// An older Node, too, must be able to read this file.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const sdk = locate(require, "@pulumi/pulumi/package.json");
const ofSdk = sdk === undefined ? require : createRequire(sdk);

if (process.env.KOA_MONGO_STACK_LATE_MODULES !== "off") delayModules();

function delayModules() {
  // These load npm's package tree, a TypeScript compiler and V8's inspector.
  loadLazily("@pulumi/pulumi/runtime/closure/codePaths.js", "computeCodePaths");
  loadLazily(
    "@pulumi/pulumi/runtime/closure/serializeClosure.js",
    "serializeFunction",
    "serializeFunctionAsync",
  );
  loadLazily("@pulumi/pulumi/runtime/closure/v8Hooks.js").isInitializedAsync = () => Promise.resolve();

  for (const name of ["pulumi/automation", "kubernetes/helm", "kubernetes/kustomize", "kubernetes/yaml"]) {
    loadLazily(`@pulumi/${name}`);
  }

  loadLazily("@opentelemetry/exporter-zipkin", "ZipkinExporter");
  loadLazily("@opentelemetry/instrumentation", "registerInstrumentations");
  loadLazily("@opentelemetry/instrumentation-grpc", "GrpcInstrumentation");
  loadLazily("@opentelemetry/resources", "defaultResource", "resourceFromAttributes");
  loadLazily("@opentelemetry/sdk-trace-base", "SimpleSpanProcessor");
  loadLazily("@opentelemetry/sdk-trace-node", "NodeTracerProvider");

  // Node strips the program's types in place, so stack traces are right without source maps. Mapping would be slow,
  // because the SDK takes a stack trace for every promise.
  replace("source-map-support/register", {});
}

/**
 * Delays the load of a module until its first use.
 * @param callables functions and classes that the SDK takes out of the module before its first use
 * @returns the properties that are known before the load
 */
function loadLazily(name, ...callables) {
  let real;
  const load = () => {
    if (real === undefined) {
      const path = locate(ofSdk, name);
      delete require.cache[path];
      real = require(path);
    }
    return real;
  };
  // With this flag, TypeScript's helpers use a module as it is, and copy nothing out of it.
  const known = { __esModule: true };
  for (const callable of callables) {
    known[callable] = function (...args) {
      return new.target === undefined ? load()[callable](...args) : new (load()[callable])(...args);
    };
  }
  replace(name, new Proxy(known, { get: (_, key) => (key in known ? known[key] : load()[key]) }));
  return known;
}

/**
 * Skips a module that does not exist, because another version may not have it. Skips a module that is already
 * loaded.
 */
function replace(name, exports) {
  const path = locate(ofSdk, name);
  if (path === undefined || path in require.cache) return;
  require.cache[path] = { id: path, filename: path, loaded: true, exports };
}

function locate(from, name) {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
}
