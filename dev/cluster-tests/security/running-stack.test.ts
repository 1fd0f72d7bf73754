import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect } from "chai";
import { kubectl } from "../support/cluster-kubectl.ts";
import { pods } from "../support/cluster-objects.ts";
import { requestUntil } from "../support/running-cluster.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { startUnrelatedPod, unrelatedPodName } from "./support/unrelated-pod.ts";
import { pathTable, reached, type Source, type Target } from "./support/network-paths.ts";
import { mongodbPod, podViolations, podsOf } from "./support/admitted-pods.ts";
import { evaluate, logsIn, type User } from "./support/mongodb-roles.ts";
import { leaks, secretsOf, type Secrets } from "./support/cluster-secrets.ts";

const run = promisify(execFile);
const otherNamespace = "koa-mongo-stack-security-other";

describe("the stack in a cluster that enforces NetworkPolicies", () => {
  let stack: TestStack;
  let outputs: Outputs;
  let outside: Server;
  /** Output of every `up` and preview. */
  let printed = "";
  /** Secrets of every version. */
  const known: Secrets = {};
  const tables: string[] = [];

  const up = async (signal?: AbortSignal) => {
    const done = await stack.up(signal);
    ({ outputs } = done);
    printed += done.printed;
    Object.assign(known, await secretsOf(outputs.namespace));
  };
  const secret = (key: string) => known[`mongodb-users ${key}`] ?? "";

  before(async () => {
    stack = await createTestStack("security");
    await up();
    await kubectl("create", "namespace", otherNamespace);
    await startUnrelatedPod(otherNamespace, outputs.image);
    await startUnrelatedPod(outputs.namespace, outputs.image);
    outside = createServer((socket) => socket.end()).listen(0, "0.0.0.0");
    await once(outside, "listening");
  });
  after(async () => {
    console.log(tables.join("\n"));
    outside.close();
    await kubectl("delete", "namespace", otherNamespace, "--ignore-not-found", "--wait=false");
    await stack.remove();
  });

  it("allows only the named connections", () => paths("after up"));

  it("allows the application's user only to read and write its own database", async () => {
    const { metadata } = await mongodbPod(outputs.namespace);
    const user = appUser();
    const denied = {
      "reads admin's users": `db.getSiblingDB("admin").getCollection("system.users").find().toArray()`,
      "reads another database": `db.getSiblingDB("other").things.find().toArray()`,
      "writes another database": `db.getSiblingDB("other").things.insertOne({ a: 1 })`,
      "writes admin": `db.getSiblingDB("admin").things.insertOne({ a: 1 })`,
      "drops another database": `db.getSiblingDB("other").dropDatabase()`,
      "creates a user": `db.createUser({ user: "x", pwd: "x", roles: [] })`,
      "creates a user with the role root": `db.getSiblingDB("admin").createUser({ user: "x", pwd: "x", roles: ["root"] })`,
      "grants itself a role": `db.grantRolesToUser("${user.name}", [{ role: "root", db: "admin" }])`,
      "drops the root user": `db.getSiblingDB("admin").dropUser("${secret("root-user")}")`,
    };
    const allowed = {
      writes: `db.security.insertOne({ a: 1 })`,
      reads: `db.security.find().toArray()`,
      deletes: `db.security.drop()`,
    };
    const results = await evaluate(outputs.namespace, metadata.name, user, { ...denied, ...allowed });
    const expected = [
      ...Object.keys(denied).map((what) => [what, "Unauthorized"]),
      ...Object.keys(allowed).map((what) => [what, "ok"]),
    ];
    expect(results).to.deep.equal(Object.fromEntries(expected));
    const wrongPassword = { ...user, password: `${user.password}x` };
    expect(await logsIn(outputs.namespace, metadata.name, wrongPassword)).to.equal(false);
  });

  it("rejects a pod that may run as root", async () => {
    const args = ["run", "root", "--image=none:1", "--namespace", outputs.namespace, "--dry-run=server"];
    const rejection = await kubectl(...args).catch(String);
    expect(rejection).to.include("violates PodSecurity").and.include("restricted");
  });

  it("rotates the passwords without a failed request", async () => {
    const previous = [appUser(), rootUser()];
    const mongodb = await mongodbPod(outputs.namespace);
    const failures: string[] = [];
    const upDone = new AbortController();
    const send = (init: RequestInit) => requestUntil(upDone.signal, `${outputs.url}/data`, failures, init);
    const requests = [send({}), send({ method: "POST", body: '{"rotated":true}' })];
    await stack.set("passwordVersion", "2");
    await up().finally(() => {
      upDone.abort();
    });
    for (const count of await Promise.all(requests)) expect(count).to.be.greaterThan(50);
    expect(failures).to.deep.equal([]);

    const same = await mongodbPod(outputs.namespace);
    expect(same.metadata.uid).to.equal(mongodb.metadata.uid);
    expect(same.status.containerStatuses?.[0]?.restartCount).to.equal(0);
    expect([appUser().name, rootUser().name]).to.deep.equal(["app-2", "root-2"]);
    expect(await acceptedUsers([appUser(), rootUser(), ...previous])).to.deep.equal(["app-2", "root-2"]);
  });

  it("continues a rotation that was interrupted twice, also after the deletion of MongoDB's pod", async () => {
    const failures: string[] = [];
    const done = new AbortController();
    const requests = requestUntil(done.signal, `${outputs.url}/data`, failures);
    for (const [version, seconds] of [
      ["3", 9],
      ["4", 22],
    ] as const) {
      await stack.set("passwordVersion", version);
      const interruption = new AbortController();
      const ending = up(interruption.signal).then(
        () => "done",
        () => "interrupted",
      );
      await sleep(seconds * 1000);
      interruption.abort();
      expect(await ending, version).to.equal("interrupted");
    }
    done.abort();
    await requests;
    expect(failures).to.deep.equal([]);
    await kubectl("delete", "pod", "-n", outputs.namespace, "-l", "app.kubernetes.io/name=mongodb");
    await up();
    expect(await acceptedUsers([appUser(), rootUser()])).to.deep.equal(["app-4", "root-4"]);
    expect((await fetch(`${outputs.url}/data`)).status).to.equal(200);
  });

  it("runs only pods that meet the restricted standard", async () => {
    const own = (await pods(outputs.namespace)).filter(({ metadata }) => metadata.name !== unrelatedPodName);
    const components = own.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"]);
    expect(new Set(components)).to.deep.equal(new Set(["web", "mongodb", "mongodb-users"]));
    expect(own.flatMap(podViolations)).to.deep.equal([]);
  });

  it("allows the same connections after a rollout", () => paths("after a rollout"));

  it("has no secret in plain text anywhere", async () => {
    printed += await stack.diff();
    const state = await stack.exported();
    const found = await leaks(known, outputs, { printed, state, outputs: JSON.stringify(outputs) });
    // Passwords and connection strings of root and app, of every version that was deployed.
    expect(Object.keys(known).filter((key) => /password|uri/.test(key)).length).to.be.greaterThan(5);
    expect(found).to.deep.equal([]);
  });

  function appUser(): User {
    return { name: secret("app-user"), password: secret("app-password"), database: "app" };
  }

  function rootUser(): User {
    return { name: secret("root-user"), password: secret("root-password"), database: "admin" };
  }

  async function acceptedUsers(users: readonly User[]): Promise<string[]> {
    const { metadata } = await mongodbPod(outputs.namespace);
    const found: string[] = [];
    for (const user of users) {
      if (await logsIn(outputs.namespace, metadata.name, user)) found.push(user.name);
    }
    return found;
  }

  /** Tries every network path, and keeps the table for the end. */
  async function paths(when: string): Promise<void> {
    const { namespace } = outputs;
    const [web, another] = await podsOf(namespace, "web");
    const mongodb = await mongodbPod(namespace);
    if (web === undefined || another === undefined) throw new Error("the service has fewer than two pods");
    const { port } = outside.address() as { port: number };
    const targets: Target[] = [
      // No policy can keep a pod from reaching itself, so the target is another pod of the service.
      { name: "service", host: another.status.podIP, port: 3000 },
      { name: "MongoDB", host: mongodb.status.podIP, port: 27017 },
      { name: "mongodb:27017", host: await clusterIP("mongodb", namespace), port: 27017 },
      { name: "DNS", host: await clusterIP("kube-dns", "kube-system"), port: 53 },
      { name: "API server", host: await clusterIP("kubernetes", "default"), port: 443 },
      { name: "node", host: web.status.hostIP, port: 10250 },
      { name: "outside", host: await outsideAddress(), port },
    ];
    const web1 = source("service", namespace, web.metadata.name);
    const mongodb1: Source = { ...source("MongoDB", namespace, mongodb.metadata.name), has: "bash" };
    const unrelated = source("an unrelated pod", namespace, unrelatedPodName);
    const otherPod = source("another namespace", otherNamespace, unrelatedPodName);
    const open = {
      [web1.name]: await reached(web1, targets),
      [mongodb1.name]: await reached(
        mongodb1,
        targets.filter(({ name }) => name !== "MongoDB"),
      ),
      [unrelated.name]: await reached(unrelated, targets),
      [otherPod.name]: await reached(otherPod, targets),
    };
    tables.push(`\n    ${when}:`, pathTable({ targets, open }));
    expect(open).to.deep.equal({
      [web1.name]: ["MongoDB", "mongodb:27017", "DNS"],
      [mongodb1.name]: [],
      [unrelated.name]: [],
      // These targets exist, although they are closed to the other pods.
      [otherPod.name]: ["service", "DNS", "API server", "node", "outside"],
    });
  }
});

function source(name: string, namespace: string, pod: string): Source {
  return { name, namespace, pod, has: "node" };
}

async function clusterIP(service: string, namespace: string): Promise<string> {
  return await kubectl("get", "service", service, "-n", namespace, "-o", "jsonpath={.spec.clusterIP}");
}

/** Address of this machine for minikube's node: neither a pod nor a node. */
async function outsideAddress(): Promise<string> {
  const { stdout } = await run("minikube", ["ssh", "--", "getent hosts host.minikube.internal"]);
  const [address = ""] = stdout.trim().split(/\s+/);
  return address;
}
