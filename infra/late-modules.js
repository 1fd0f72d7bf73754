// Node runs this before Pulumi's own code. More than half of what that loads is for what this program does not do, or
// not in every `up`: for functions that are sent to other machines it loads npm's package tree, a TypeScript compiler and
// V8's inspector. Such modules wait for the first who uses them. An older Node, too, must be able to read this.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const sdk = locate(require, "@pulumi/pulumi/package.json");
const ofSdk = sdk === undefined ? require : createRequire(sdk);

wait("@npmcli/arborist", (load) => ({ Arborist: lateClass(() => load().Arborist) }));
wait("typescript");
wait("@pulumi/pulumi/runtime/closure/v8Hooks.js", () => ({
  __esModule: true,
  isInitializedAsync: () => Promise.resolve(),
}));
for (const name of ["pulumi/automation", "kubernetes/helm", "kubernetes/kustomize", "kubernetes/yaml"]) {
  wait(`@pulumi/${name}`, () => ({ __esModule: true }));
}
// Node strips the program's types in place: its own stack traces are right, and the SDK takes one for every promise.
replace("source-map-support/register", {});

/**
 * Lets a module wait until something of it is used. One that is not there is no fault: another version may do without.
 * @param early makes what is taken out of it before that
 */
function wait(name, early = () => ({})) {
  let real;
  const load = () => {
    if (real === undefined) {
      const path = locate(ofSdk, name);
      delete require.cache[path];
      real = require(path);
    }
    return real;
  };
  const known = { __esModule: undefined, ...early(load) };
  replace(name, new Proxy(known, { get: (_, key) => (key in known ? known[key] : load()[key]) }));
}

function replace(name, exports) {
  const path = locate(ofSdk, name);
  if (path !== undefined) require.cache[path] = { id: path, filename: path, loaded: true, exports };
}

/** A class that is looked for when it is used. */
function lateClass(find) {
  return new Proxy(class {}, {
    construct: (_, args) => new (find())(...args),
    get: (_, key) => find()[key],
  });
}

function locate(from, name) {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
}
