// Node runs this before Pulumi's own code. Pulumi's SDK loads npm's package tree and a TypeScript compiler, half of all
// its modules, for functions that are sent to other machines, which this program does not do: they wait for the first
// who uses them. An older Node, too, must be able to read this.
import module from "node:module";
import { fileURLToPath } from "node:url";

/** Packages, and the classes of theirs that are taken out of them before anybody uses one. */
const late = { "@npmcli/arborist": ["Arborist"], typescript: [] };
/** Makes of a package's file the one that stands in for it, which is nowhere but here. */
const suffix = ".late.cjs";

module.registerHooks?.({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isAsked = Object.hasOwn(late, specifier) && context.parentURL?.includes("/@pulumi/pulumi/");
    // Node may have been told of this file twice.
    return isAsked && !found.url.endsWith(suffix) ? { ...found, url: found.url + suffix } : found;
  },
  load(url, context, next) {
    if (!url.endsWith(suffix)) return next(url, context);
    const path = fileURLToPath(url.slice(0, -suffix.length));
    const [, classes] = Object.entries(late).find(([name]) => url.includes(`/node_modules/${name}/`)) ?? [];
    return { format: "commonjs", source: standIn(path, classes ?? []), shortCircuit: true };
  },
});

/** A module that loads another as soon as something of it is used. */
function standIn(path, classes) {
  return `
    const real = () => require(${JSON.stringify(path)});
    const lateClass = (name) =>
      new Proxy(class {}, {
        construct: (_, args) => new (real()[name])(...args),
        get: (_, key) => real()[name][key],
      });
    const early = Object.fromEntries(${JSON.stringify(classes)}.map((name) => [name, lateClass(name)]));
    module.exports = new Proxy(early, {
      get: (_, name) => (name === "__esModule" ? undefined : (early[name] ?? real()[name])),
    });
  `;
}
