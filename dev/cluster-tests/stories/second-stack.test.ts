import { expect } from "chai";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";

describe("two stacks on one minikube", () => {
  const stacks: TestStack[] = [];
  after(async () => {
    for (const stack of stacks) await stack.remove();
  });

  /** Deploys a stack, and adds one document. */
  async function withDocument(name: string) {
    const stack = await createTestStack(name);
    stacks.push(stack);
    const { outputs } = await stack.up();
    const headers = { "Content-Type": "application/json" };
    await fetch(`${outputs.url}/data`, { method: "POST", headers, body: JSON.stringify({ name }) });
    return { stack, names: () => names(outputs) };
  }

  it("each has its own documents, and the removal of one does not affect the other", async () => {
    const one = await withDocument("e2e-one");
    const other = await withDocument("e2e-other");
    expect(await one.names()).to.deep.equal(["e2e-one"]);
    expect(await other.names()).to.deep.equal(["e2e-other"]);
    await one.stack.destroy();
    expect(await other.names()).to.deep.equal(["e2e-other"]);
    expect((await other.stack.up()).changes).to.have.all.keys("same");
  });
});

async function names({ url }: Outputs): Promise<string[]> {
  const documents = (await (await fetch(`${url}/data`)).json()) as { name: string }[];
  return documents.map(({ name }) => name);
}
