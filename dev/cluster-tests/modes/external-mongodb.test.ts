import { expect } from "chai";
import { newClone, type Clone } from "../support/clone.ts";
import { pods } from "../support/cluster-objects.ts";
import { requestUntil } from "../support/running-cluster.ts";
import { addDocument, documentsAt, printedNamespace, printedUrl } from "../support/running-service.ts";
import { until, webSelector } from "../support/stack-pods.ts";
import { createCa, signedBy, type KeyPair } from "./support/private-ca.ts";
import { needsImage, needsProgram } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";
import {
  connectionsOf,
  mongoImage,
  namesIn,
  nodeImage,
  startTlsMongodb,
  type TlsMongodb,
} from "./support/tls-mongodb.ts";

const stack = "modes-external";
const mongodbNamespace = "koa-mongo-stack-modes-external-db";

describe("external-mongodb: MongoDB with TLS and a private CA", function () {
  const removals = removeAfter();
  let ca: KeyPair;
  let mongodb: TlsMongodb;
  let clone: Clone | undefined;
  let url: string;
  let namespace: string;

  const external = (mongodbUri: string, more: Readonly<Record<string, string>> = {}) => ({
    nodePort: "0",
    minReplicas: "1",
    mongo: "external",
    mongodbUri,
    ...more,
  });
  const uri = (options = "") => {
    const { login, hosts, port } = mongodb;
    return `mongodb://${login}@${hosts[0]}:${port}/app?${mongodb.options}${options}`;
  };
  const srvUri = (name = mongodb.srvName) => `mongodb+srv://${mongodb.login}@${name}/app?${mongodb.options}`;
  /** Names of the pods that are not draining. */
  const podNames = async () =>
    (await pods(namespace, webSelector))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name);
  const running = (): Clone => {
    if (clone === undefined) throw new Error("there is no clone");
    return clone;
  };

  before(async function () {
    await needsProgram(this, "openssl");
    await needsImage(this, mongoImage);
    await needsImage(this, nodeImage);
    ca = await createCa("private CA");
    mongodb = await startTlsMongodb(mongodbNamespace, await signedBy(ca, namesIn(mongodbNamespace)));
    removals.push(mongodb.remove);
  });

  it("the first `up` without the CA says why the service isn't ready, and so does `status`", async () => {
    const created = await newClone(stack, external(uri("&tls=true")));
    removals.push(
      () => created.remove(),
      async () => {
        await created.runs("down");
      },
    );
    clone = created;
    const reason = because("unable to verify the first certificate\\. .*config set mongodbCa < FILE\\.pem");
    expect(await created.fails("up")).to.match(reason);
    expect(await created.fails("status")).to.match(reason);
  });

  it("with the CA, the service stores documents over TLS", async () => {
    await running().set(external(uri(), { mongodbCa: ca.certificate }));
    const output = await running().runs("up");
    [url, namespace] = [printedUrl(output), printedNamespace(output)];
    const document = await addDocument(url, { of: "a MongoDB with TLS" });
    expect(await documentsAt(url)).to.deep.equal([document]);
    expect(await connectionsOf(mongodbNamespace, 0)).to.be.greaterThan(0);
    expect(await connectionsOf(mongodbNamespace, 1)).to.equal(0);
    expect(await running().runs("status")).to.match(/MongoDB +external, round trip \d/);
  });

  it("a second CA in addition to the first replaces the pods, and no request fails", async () => {
    const before = await podNames();
    const both = `${(await createCa("the next CA")).certificate}${ca.certificate}`;
    await running().set(external(uri(), { mongodbCa: both }));
    const failures: string[] = [];
    const done = new AbortController();
    const requests = requestUntil(done.signal, `${url}/data`, failures);
    await running()
      .runs("up")
      .finally(() => {
        done.abort();
      });
    expect(await requests).to.be.greaterThan(20);
    expect(failures).to.deep.equal([]);
    for (const name of await podNames()) expect(before).not.to.include(name);
  });

  it("with another CA, `status` names the cause, and the running pods continue to serve", async () => {
    const before = await podNames();
    await running().set(external(uri(), { mongodbCa: (await createCa("another CA")).certificate }));
    await statusSays(because("unable to (verify|get)"));
    expect((await fetch(`${url}/data`)).status).to.equal(200);
    expect(await podNames()).to.include.members(before);
  });

  it("mongodb+srv: DNS names several hosts and their port, and the service connects to each", async () => {
    const config = { mongodbCa: ca.certificate, mongodbPorts: String(mongodb.port) };
    await running().set(external(srvUri(), config));
    const connections = () => Promise.all([0, 1].map((index) => connectionsOf(mongodbNamespace, index)));
    const before = await connections();
    await running().runs("up");
    await addDocument(url, { of: "mongodb+srv" });
    const gained = (await connections()).map((count, index) => count - (before[index] ?? NaN));
    for (const count of gained) expect(count).to.be.greaterThan(0);
  });

  it("mongodb+srv: the message names a host that DNS does not know", async () => {
    const name = `none.${mongodbNamespace}.svc.cluster.local`;
    await running().set(external(srvUri(name), { mongodbCa: ca.certificate }));
    await statusSays(because(`querySrv ENOTFOUND _mongodb._tcp.${name}`));
    expect((await fetch(`${url}/data`)).status).to.equal(200);
  });

  /** Starts `up`, waits until `status` shows why the new pod isn't ready, and ends `up` before its deadline. */
  async function statusSays(reason: RegExp): Promise<void> {
    const up = running().starts("up");
    await until(`status says ${String(reason)}`, 240, async () => {
      const status = running().starts("status");
      await status.exitCode();
      return reason.test(status.output());
    }).finally(() => {
      up.interrupt();
    });
    await up.exitCode();
  }
});

/** Before its first connection, the service logs both messages. */
function because(cause: string): RegExp {
  return new RegExp(`(can't connect to MongoDB yet|MongoDB connection error): ${cause}`);
}
