// Node runs this before Pulumi's own code (Pulumi.yaml, nodeargs). Of 3.9 s that an `up` without changes takes, it saves
// 1.1 s: more than half of what Pulumi's SDK loads is for functions that are sent to other machines, charts, and traces
// of Pulumi itself. Each such module is loaded when something of it is first used.
//
// If a new version of Pulumi fails at its start, turn this off to find out whether it is the reason:
// KOA_MONGO_STACK_LATE_MODULES=off npm run up
//
// An older Node, too, must be able to read this file.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const sdk = locate(require, "@pulumi/pulumi/package.json");
const ofSdk = sdk === undefined ? require : createRequire(sdk);

if (process.env.KOA_MONGO_STACK_LATE_MODULES !== "off") delayModules();

function delayModules() {
  // With npm's package tree, a TypeScript compiler and V8's inspector.
  wait("@pulumi/pulumi/runtime/closure/codePaths.js", "computeCodePaths");
  wait("@pulumi/pulumi/runtime/closure/serializeClosure.js", "serializeFunction", "serializeFunctionAsync");
  wait("@pulumi/pulumi/runtime/closure/v8Hooks.js").isInitializedAsync = () => Promise.resolve();

  for (const name of ["pulumi/automation", "kubernetes/helm", "kubernetes/kustomize", "kubernetes/yaml"]) {
    wait(`@pulumi/${name}`);
  }

  wait("@opentelemetry/exporter-zipkin", "ZipkinExporter");
  wait("@opentelemetry/instrumentation", "registerInstrumentations");
  wait("@opentelemetry/instrumentation-grpc", "GrpcInstrumentation");
  wait("@opentelemetry/resources", "defaultResource", "resourceFromAttributes");
  wait("@opentelemetry/sdk-trace-base", "SimpleSpanProcessor");
  wait("@opentelemetry/sdk-trace-node", "NodeTracerProvider");

  // Node strips the program's types in place: its own stack traces are right, and the SDK takes one for every promise.
  replace("source-map-support/register", {});
}

/**
 * Lets a module wait until something of it is used.
 * @param callables functions and classes that are taken out of it before that
 * @returns what is known of it before
 */
function wait(name, ...callables) {
  let real;
  const load = () => {
    if (real === undefined) {
      const path = locate(ofSdk, name);
      delete require.cache[path];
      real = require(path);
    }
    return real;
  };
  // With this flag TypeScript's helpers take a module as it is, and copy nothing out of it.
  const known = { __esModule: true };
  for (const callable of callables) {
    known[callable] = function (...args) {
      return new.target === undefined ? load()[callable](...args) : new (load()[callable])(...args);
    };
  }
  replace(name, new Proxy(known, { get: (_, key) => (key in known ? known[key] : load()[key]) }));
  return known;
}

/** One that is not there is no fault, as another version may do without; nor is one that is there already. */
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
