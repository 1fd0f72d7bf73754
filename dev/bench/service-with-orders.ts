import { existsSync } from "node:fs";
import { cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { copyProject, type ProjectCopy } from "../../tools/test/support/project-copy.ts";

const project = join(import.meta.dirname, "../..");
const schema = join(import.meta.dirname, "servers/order.ts");

/** Bundles the service with a resource of ten fields, mounted as in docs/make-it-yours.md. */
export async function bundleWithOrders(folder: string): Promise<void> {
  const copy = await copyProject();
  try {
    await cp(schema, join(copy.folder, "service/order.ts"));
    await linkPackages("service/node_modules", copy);
    const app = "service/app.ts";
    await copy.replace(
      app,
      "import { bookSchema }",
      'import { orderSchema } from "./order.ts";\nimport { bookSchema }',
    );
    await copy.replace(app, "[data, resource(", '[data, resource("/orders", orderSchema), resource(');
    const { bundle } = (await import(
      join(copy.folder, "service/bundle.ts")
    )) as typeof import("../../service/bundle.ts");
    await bundle(folder);
  } finally {
    await copy.remove();
  }
}

/** npm installs packages there if several workspaces need different versions. */
async function linkPackages(packages: string, { folder }: ProjectCopy): Promise<void> {
  if (existsSync(join(project, packages))) await symlink(join(project, packages), join(folder, packages));
}
