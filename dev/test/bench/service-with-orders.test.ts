import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { orderSchema } from "../../bench/servers/order.ts";
import { bundleWithOrders } from "../../bench/service-with-orders.ts";

describe("bundleWithOrders", () => {
  it("bundles the service with a resource of ten fields", async () => {
    const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-orders-"));
    try {
      await bundleWithOrders(folder);
      expect(readFileSync(join(folder, "main.cjs"), "utf8"))
        .to.include('"/orders"')
        .and.include('"/books"');
    } finally {
      rmSync(folder, { recursive: true });
    }
    const own = Object.keys(orderSchema.paths).filter((path) => path !== "_id");
    expect(own).to.have.length(10);
  }).timeout(300_000);
});
