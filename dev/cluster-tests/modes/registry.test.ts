import { expect } from "chai";
import { kubectl, profile } from "../support/cluster-kubectl.ts";
import { list } from "../support/cluster-objects.ts";
import { eventually, untilPageHas } from "../support/running-cluster.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { needsProgram } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";
import { startRegistry, stop, type Registry } from "./support/test-registry.ts";
import { tunnelInto } from "./support/node-tunnel.ts";

const greeting = "Hello World, from Docker and Kubernetes!";
const newGreeting = "Hello from the registry!";
const user = { username: "ada", password: "only for this test" };
const repository = "team/koa-mongo-stack";

describe("registry: the stack with a registry that requires a login", () => {
  const removals = removeAfter();
  let registry: Registry | undefined;
  let stack: TestStack | undefined;
  let outputs: Outputs;

  before(async function () {
    for (const program of ["docker-registry", "htpasswd", "ssh"]) await needsProgram(this, program);
    const started = await startRegistry(user);
    removals.push(() => started.stop());
    registry = started;
    for (const { metadata } of await list(({ core }) => core.listNode())) {
      const tunnel = await tunnelInto(profile, metadata.name, started.port);
      removals.push(() => stop(tunnel));
    }
    const created = await createTestStack("registry");
    removals.push(() => created.remove());
    stack = created;
    await stack.set("registry", `${started.host}/${repository}`);
    await stack.set("registryUsername", user.username);
    await stack.setSecret("registryPassword", user.password);
  });
  const digest = () => outputs.image.split("@")[1] ?? "";
  const images = async () => {
    const path = "{.items[*].status.containerStatuses[*].imageID}";
    const labels = "app.kubernetes.io/name=web";
    return await kubectl("get", "pods", "-n", outputs.namespace, "-l", labels, `--output=jsonpath=${path}`);
  };
  const up = async () => {
    if (stack === undefined) throw new Error("no stack");
    ({ outputs } = await stack.up());
  };

  it("pushes the image as the user, and refers to the image by its digest", async () => {
    await up();
    expect(outputs.image).to.match(/^127\.0\.0\.1:\d+\/team\/koa-mongo-stack@sha256:[0-9a-f]{64}$/);
    expect(await registry?.manifest(repository, digest(), user)).to.equal(200);
  });

  it("denies the image to clients without the login", async () => {
    expect(await registry?.manifest(repository, digest())).to.equal(401);
    expect(await registry?.manifest(repository, digest(), { ...user, password: "wrong" })).to.equal(401);
  });

  it("the nodes pull the image, and the URL answers", async () => {
    for (const image of (await images()).split(" ")) expect(image).to.include(digest());
    expect(await (await fetch(outputs.url)).text()).to.include(greeting);
  });

  it("pushes changed code under another digest, and the pods run it", async () => {
    const before = digest();
    await stack?.project.replace("service/page/page-view.ts", greeting, newGreeting);
    await up();
    expect(digest()).not.to.equal(before);
    await untilPageHas(outputs.url, newGreeting);
  });

  it("reports a rejected push, and the pods continue to run", async () => {
    await stack?.setSecret("registryPassword", "wrong");
    await stack?.project.replace("service/page/page-view.ts", newGreeting, greeting);
    const failure = await stack?.up().then(() => undefined, String);
    expect(failure).to.match(/unauthorized|authentication required|no basic auth/);
    const answer = await eventually(outputs.url, ({ status }) => status === 200);
    expect(await answer.text()).to.include(newGreeting);
    await stack?.setSecret("registryPassword", user.password);
  });

  it("encrypts the password in the state", async () => {
    await up();
    expect(await stack?.exported()).not.to.include(user.password);
  });
});
