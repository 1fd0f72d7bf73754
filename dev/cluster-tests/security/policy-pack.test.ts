import { expect } from "chai";
import { createTestStack, type TestStack } from "../support/test-stack.ts";

const probe = "livenessProbe: {";

describe("pulumi preview --policy-pack infra/policy", () => {
  let stack: TestStack;
  before(async () => {
    stack = await createTestStack("policy");
  });
  after(() => stack.remove());

  it("lets the stack pass", async () => {
    const { create = 0 } = await stack.preview("infra/policy");
    expect(create).to.be.greaterThan(20);
  });

  it("refuses the stack without a probe", async () => {
    await stack.project.replace("infra/web/web-deployment.ts", probe, `x${probe}`);
    const refusal = await stack.preview("infra/policy").catch((error: unknown) => String(error));
    expect(refusal).to.include("[mandatory]").and.include("container web has no livenessProbe");
  });
});
