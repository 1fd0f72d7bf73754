import { expect } from "chai";
import { newClone, type Clone } from "../support/clone.ts";
import { addDocument, documentsAt, printedNamespace, printedUrl } from "../support/running-service.ts";
import { kubectl } from "../support/cluster-kubectl.ts";
import { dataDirectories } from "../support/running-cluster.ts";

const stack = "e2e-clones";
const directory = `koa-mongo-stack-${stack}`;

describe("two clones on one minikube", () => {
  let first: Clone;
  let second: Clone;
  let namespace: string;
  let url: string;
  let document: unknown;

  before(async () => {
    const config = { nodePort: "30180" };
    [first, second] = [await newClone(stack, config), await newClone(stack, config)];
  });
  after(async () => {
    for (const clone of [first, second]) {
      await clone.runs("down");
      await clone.remove();
    }
    await kubectl("delete", "namespace", namespace, "--ignore-not-found");
  });
  it("the first has a document", async () => {
    const output = await first.runs("up");
    url = printedUrl(output);
    namespace = printedNamespace(output);
    document = await addDocument(url, { of: "first" });
  });

  it("the second's `up` names the first's namespace and the possible fixes, and changes nothing", async () => {
    const output = await second.fails("up");
    expect(output).to.include(`Port 30180 of the node is in use by the Service`);
    expect(output).to.include(`kubectl delete namespace ${namespace}`);
    expect(output).to.include("PULUMI_STACK=second npm run up");
    expect(output).not.to.match(/at .*\.ts:\d+/);
    expect(await documentsAt(url)).to.deep.equal([document]);
  });

  it("the second's `down` leaves the first one's files", async () => {
    await second.runs("down");
    expect(await dataDirectories()).to.include(directory);
    expect(await documentsAt(url)).to.deep.equal([document]);
  });

  it("the first continues to run", async () => {
    const output = await first.runs("up");
    expect(await documentsAt(printedUrl(output))).to.deep.equal([document]);
  });

  it("after the loss of its state, `up` names its own namespace, too", async () => {
    await first.deleteState();
    expect(await first.fails("up")).to.include(`kubectl delete namespace ${namespace}`);
    expect(await documentsAt(url)).to.deep.equal([document]);
  });

  it("after the deletion of that namespace, `up` uses the kept files", async () => {
    await kubectl("delete", "namespace", namespace);
    await kubectl("delete", "pv", "--selector", `app.kubernetes.io/instance=${namespace}`);
    const output = await first.runs("up");
    url = printedUrl(output);
    namespace = printedNamespace(output);
    expect(await documentsAt(url)).to.deep.equal([document]);
  });
});
