import { expect } from "chai";
import { createTestStack, type TestStack } from "../support/test-stack.ts";

const probe = "livenessProbe: {";

describe("pulumi preview --policy-pack infra/policy", () => {
  let stack: TestStack;
  before(async () => {
    stack = await createTestStack("policy");
  });
  after(() => stack.remove());

  it("accepts the stack", async () => {
    const { create = 0 } = await stack.preview("infra/policy");
    expect(create).to.be.greaterThan(20);
  });

  it("rejects the stack without a probe", async () => {
    await stack.project.replace("infra/web/web-deployment.ts", probe, `x${probe}`);
    const rejection = await stack.preview("infra/policy").catch((error: unknown) => String(error));
    expect(rejection).to.include("[mandatory]").and.include("container web has no livenessProbe");
  });
});
