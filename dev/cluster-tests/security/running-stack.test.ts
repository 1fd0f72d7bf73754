import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect } from "chai";
import { kubectl } from "../support/cluster-kubectl.ts";
import { pods } from "../support/cluster-objects.ts";
import { askUntil } from "../support/running-cluster.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { startStranger, strangerName } from "./support/stranger-pod.ts";
import { pathTable, reached, type Source, type Target } from "./support/network-paths.ts";
import { mongodbPod, podFaults, podsOf } from "./support/admitted-pods.ts";
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
    await startStranger(otherNamespace, outputs.image);
    await startStranger(outputs.namespace, outputs.image);
    outside = createServer((socket) => socket.end()).listen(0, "0.0.0.0");
    await once(outside, "listening");
  });
  after(async () => {
    console.log(tables.join("\n"));
    outside.close();
    await kubectl("delete", "namespace", otherNamespace, "--ignore-not-found", "--wait=false");
    await stack.remove();
  });

  it("lets only the named connections through", () => paths("after up"));

  it("lets the application's user do nothing but read and write its own database", async () => {
    const { metadata } = await mongodbPod(outputs.namespace);
    const user = appUser();
    const denied = {
      "reads admin's users": `db.getSiblingDB("admin").getCollection("system.users").find().toArray()`,
      "reads another database": `db.getSiblingDB("other").things.find().toArray()`,
      "writes another database": `db.getSiblingDB("other").things.insertOne({ a: 1 })`,
      "writes admin": `db.getSiblingDB("admin").things.insertOne({ a: 1 })`,
      "drops another database": `db.getSiblingDB("other").dropDatabase()`,
      "creates a user": `db.createUser({ user: "x", pwd: "x", roles: [] })`,
      "creates a root": `db.getSiblingDB("admin").createUser({ user: "x", pwd: "x", roles: ["root"] })`,
      "gives itself a role": `db.grantRolesToUser("${user.name}", [{ role: "root", db: "admin" }])`,
      "drops the root user": `db.getSiblingDB("admin").dropUser("${secret("root-user")}")`,
    };
    const allowed = {
      writes: `db.security.insertOne({ a: 1 })`,
      reads: `db.security.find().toArray()`,
      deletes: `db.security.drop()`,
    };
    const said = await evaluate(outputs.namespace, metadata.name, user, { ...denied, ...allowed });
    const expected = [
      ...Object.keys(denied).map((what) => [what, "Unauthorized"]),
      ...Object.keys(allowed).map((what) => [what, "ok"]),
    ];
    expect(said).to.deep.equal(Object.fromEntries(expected));
    const nobody = { ...user, password: `${user.password}x` };
    expect(await logsIn(outputs.namespace, metadata.name, nobody)).to.equal(false);
  });

  it("admits no pod that may be root", async () => {
    const args = ["run", "root", "--image=none:1", "--namespace", outputs.namespace, "--dry-run=server"];
    const refusal = await kubectl(...args).catch(String);
    expect(refusal).to.include("violates PodSecurity").and.include("restricted");
  });

  it("rotates the passwords without a failed request", async () => {
    const former = [appUser(), rootUser()];
    const mongodb = await mongodbPod(outputs.namespace);
    const failures: string[] = [];
    const upDone = new AbortController();
    const ask = (init: RequestInit) => askUntil(upDone.signal, `${outputs.url}/data`, failures, init);
    const asking = [ask({}), ask({ method: "POST", body: '{"rotated":true}' })];
    await stack.set("passwordVersion", "2");
    await up().finally(() => {
      upDone.abort();
    });
    for (const count of await Promise.all(asking)) expect(count).to.be.greaterThan(50);
    expect(failures).to.deep.equal([]);

    const same = await mongodbPod(outputs.namespace);
    expect(same.metadata.uid).to.equal(mongodb.metadata.uid);
    expect(same.status.containerStatuses?.[0]?.restartCount).to.equal(0);
    expect([appUser().name, rootUser().name]).to.deep.equal(["app-2", "root-2"]);
    expect(await whoLogsIn([appUser(), rootUser(), ...former])).to.deep.equal(["app-2", "root-2"]);
  });

  it("goes on with a rotation that was cut off, twice, and after MongoDB's pod is gone", async () => {
    const failures: string[] = [];
    const done = new AbortController();
    const asking = askUntil(done.signal, `${outputs.url}/data`, failures);
    for (const [version, seconds] of [
      ["3", 9],
      ["4", 22],
    ] as const) {
      await stack.set("passwordVersion", version);
      const cut = new AbortController();
      const ending = up(cut.signal).then(
        () => "done",
        () => "cut off",
      );
      await sleep(seconds * 1000);
      cut.abort();
      expect(await ending, version).to.equal("cut off");
    }
    done.abort();
    await asking;
    expect(failures).to.deep.equal([]);
    await kubectl("delete", "pod", "-n", outputs.namespace, "-l", "app.kubernetes.io/name=mongodb");
    await up();
    expect(await whoLogsIn([appUser(), rootUser()])).to.deep.equal(["app-4", "root-4"]);
    expect((await fetch(`${outputs.url}/data`)).status).to.equal(200);
  });

  it("admitted no pod that may do more than it must", async () => {
    const own = (await pods(outputs.namespace)).filter(({ metadata }) => metadata.name !== strangerName);
    const components = own.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"]);
    expect(new Set(components)).to.deep.equal(new Set(["web", "mongodb", "mongodb-users"]));
    expect(own.flatMap(podFaults)).to.deep.equal([]);
  });

  it("lets the same connections through after a rollout", () => paths("after a rollout"));

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

  async function whoLogsIn(users: readonly User[]): Promise<string[]> {
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
    if (web === undefined || another === undefined) throw new Error("the service has less than two pods");
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
    const beside = source("a stranger beside them", namespace, strangerName);
    const elsewhere = source("another namespace", otherNamespace, strangerName);
    const open = {
      [web1.name]: await reached(web1, targets),
      [mongodb1.name]: await reached(
        mongodb1,
        targets.filter(({ name }) => name !== "MongoDB"),
      ),
      [beside.name]: await reached(beside, targets),
      [elsewhere.name]: await reached(elsewhere, targets),
    };
    tables.push(`\n    ${when}:`, pathTable({ targets, open }));
    expect(open).to.deep.equal({
      [web1.name]: ["MongoDB", "mongodb:27017", "DNS"],
      [mongodb1.name]: [],
      [beside.name]: [],
      // These targets exist, although they are closed to the other pods.
      [elsewhere.name]: ["service", "DNS", "API server", "node", "outside"],
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
