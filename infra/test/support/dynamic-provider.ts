import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import vm from "node:vm";
import * as pulumi from "@pulumi/pulumi";

/** The registrations of these resources with Pulumi, in their order. */
export async function registered(create: () => readonly pulumi.Resource[]) {
  const seen = new Map<string, pulumi.runtime.MockResourceArgs>();
  await pulumi.runtime.setMocks({
    newResource(args) {
      seen.set(args.name, args);
      return { id: args.name, state: args.inputs as object };
    },
    call: () => ({}),
  });
  const names = create().map(({ urn }) => new Promise<string>((resolve) => urn.apply(resolve)));
  return (await Promise.all(names)).map((urn) => seen.get(urn.split("::").at(-1) ?? ""));
}

/** Runs the stored source code as Pulumi does: in a process without any other code of this project. */
export function asRun(text: string): pulumi.dynamic.ResourceProvider {
  const module = { exports: {} as { handler: () => pulumi.dynamic.ResourceProvider } };
  const run = vm.compileFunction(text, ["exports", "require", "module", "__filename", "__dirname"]);
  run.call(undefined, module.exports, createRequire(import.meta.url), module, "stored.js", tmpdir());
  return module.exports.handler();
}
