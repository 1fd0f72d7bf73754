import { expect } from "chai";
import { findOtherStacks, ownerLabel, type OtherStacks } from "../../platform/other-stacks.ts";
import { partOf } from "../../platform/metadata.ts";
import { conflict, type Claims } from "../../platform/stack-owner.ts";
import { runProgram, type Before } from "../support/mocked-program.ts";
import { fakeKubectl, fakeMinikube, restorePath } from "../support/fake-minikube.ts";

const otherNamespace = "koa-mongo-stack-dev-0a1b2c3d";
const owner = "11111111-0000-4000-8000-000000000000";

/** Objects of a cluster in which another clone's stack runs, and a program of another project. */
const objects = [
  {
    kind: "Namespace",
    metadata: { name: otherNamespace, labels: { ...partOf, [ownerLabel]: owner } },
  },
  { kind: "Namespace", metadata: { name: "shop" } },
  {
    kind: "Service",
    metadata: { name: "web-1", namespace: otherNamespace },
    spec: { ports: [{ nodePort: 30080 }] },
  },
  {
    kind: "Service",
    metadata: { name: "shop", namespace: "shop" },
    spec: { ports: [{ nodePort: 30090 }, {}] },
  },
  {
    kind: "Ingress",
    metadata: { name: "web-2", namespace: otherNamespace },
    spec: {
      rules: [
        { host: "app.example.com", http: { paths: [{ path: "/" }] } },
        { host: "shared.example.com", http: { paths: [{ path: "/admin" }] } },
        {},
      ],
    },
  },
  {
    kind: "PersistentVolume",
    metadata: { name: "data-1" },
    spec: { hostPath: { path: "/data/koa-mongo-stack-dev" }, claimRef: { namespace: otherNamespace } },
  },
  {
    kind: "PersistentVolume",
    metadata: { name: "data-2" },
    spec: { hostPath: { path: "/data/old" }, claimRef: { namespace: "deleted" } },
  },
  { kind: "PersistentVolume", metadata: { name: "data-3" }, spec: { hostPath: { path: "/data/free" } } },
];

const ownsNothing = () => false;

describe("requireUnclaimed", function () {
  this.timeout(60_000);
  after(restorePath);
  const own = (labels: Record<string, string>) => [
    { kind: "Namespace", metadata: { name: "koa-mongo-stack-test-1", labels: { ...partOf, ...labels } } },
    {
      kind: "Service",
      metadata: { name: "web-1", namespace: "koa-mongo-stack-test-1" },
      spec: { ports: [{ nodePort: 30080 }] },
    },
  ];
  const run = async (before: Before) =>
    await runProgram({ nodePort: 30080 }, undefined, undefined, undefined, before);

  it("fails if another stack has the port, before the program registers anything else", async () => {
    const error = await run({ objects: own({ [ownerLabel]: owner }) }).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include("kubectl delete namespace koa-mongo-stack-test-1");
  });

  it("recognizes a stack without the label, of an earlier version, by its output", async () => {
    const previousOutputs = { namespace: "koa-mongo-stack-test-1" };
    const { outputs } = await run({ objects: own({}), previousOutputs });
    expect(outputs).to.include({ url: "http://127.0.0.1:30080" });
  });
});

describe("conflict", () => {
  let otherStacks: OtherStacks;
  before(async () => {
    fakeMinikube();
    fakeKubectl({ objects });
    const found = await findOtherStacks(undefined);
    if (found === undefined) throw new Error("kubectl did not answer");
    otherStacks = found;
  });
  after(restorePath);
  const of = (claims: Partial<Claims>, isOwn: Parameters<typeof conflict>[2] = ownsNothing) =>
    conflict({ stack: "dev", ...claims }, otherStacks, isOwn);

  const claims = {
    "a node port": [{ nodePort: 30080 }, "Port 30080 of the node is in use by the Service web-1"],
    "a host name": [{ host: "app.example.com" }, "The host app.example.com is in use by the Ingress web-2"],
    "a directory": [
      { directory: "/data/koa-mongo-stack-dev" },
      "The directory /data/koa-mongo-stack-dev of the node is in use by the PersistentVolume data-1",
    ],
  } as const;
  for (const [what, [claim, start]] of Object.entries(claims)) {
    it(`names the other stack's namespace and the ways forward for ${what}`, () => {
      const message = of(claim) ?? "";
      expect(message).to.include(`${start} in the namespace ${otherNamespace}`);
      expect(message).to.include("Nothing was changed");
      expect(message).to.include(`kubectl delete namespace ${otherNamespace}`);
      expect(message).to.include("PULUMI_STACK=second npm run up");
    });

    it(`accepts ${what} of its own`, () => {
      expect(of(claim, (namespace) => namespace.owner === owner)).to.equal(undefined);
    });
  }

  it("does not treat another project's Service as a stack", () => {
    expect(of({ nodePort: 30090 })).to.equal(
      "Port 30090 of the node is in use by the Service shop in the namespace shop. " +
        "To use another port, run: pulumi config set nodePort 0",
    );
  });

  it("accepts a host if another Ingress has only another path", () => {
    expect(of({ host: "shared.example.com" })).to.equal(undefined);
  });

  it("says that the documents stay only if they are in the directory of this stack", () => {
    const directory = "/data/koa-mongo-stack-dev";
    expect(of({ nodePort: 30080, directory })).to.include("MongoDB's files stay on the node");
    expect(of({ nodePort: 30080, directory: "/data/other" })).to.include(
      "This deletes the stack's documents",
    );
  });

  it("accepts free resources, and the directory of a deleted namespace", () => {
    expect(of({ nodePort: 30081, host: "b.example.com", directory: "/data/free" })).to.equal(undefined);
    expect(of({ directory: "/data/old" })).to.equal(undefined);
  });
});
