import { expect } from "chai";
import { dataDirectories } from "../support/running-cluster.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";

const directory = "koa-mongo-stack-e2e-keep";

describe("the stack with keepData", () => {
  let stack: TestStack | undefined;
  let outputs: Outputs;
  let document: unknown;
  const up = async (keepData: boolean) => {
    stack ??= await createTestStack("e2e-keep");
    await stack.set("keepData", String(keepData));
    ({ outputs } = await stack.up());
  };
  after(async () => {
    await stack?.remove();
  });

  it("destroy leaves the directory", async () => {
    await up(true);
    const headers = { "Content-Type": "application/json" };
    const added = await fetch(`${outputs.url}/data`, { method: "POST", headers, body: '{"kept":true}' });
    document = await added.json();
    await stack?.destroy();
    expect(await dataDirectories()).to.include(directory);
  });

  it("up uses the documents again, with new passwords", async () => {
    await up(true);
    expect(await (await fetch(`${outputs.url}/data`)).json()).to.deep.equal([document]);
  });

  it("without keepData, destroy deletes the documents", async () => {
    await up(false);
    await stack?.destroy();
    expect(await dataDirectories()).not.to.include(directory);
  });
});
