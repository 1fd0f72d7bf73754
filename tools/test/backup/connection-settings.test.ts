import { expect } from "chai";
import type { V1Deployment } from "@kubernetes/client-node";
import { atAddress, firstHost, readConnection, serviceOf } from "../../backup/connection-settings.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { UserError } from "../../process/user-error.ts";

describe("the connection string of the service", () => {
  it("has a first host", () => {
    const hosts = {
      "mongodb://mongodb:27017/app": { host: "mongodb", port: 27017 },
      "mongodb://app-1:p%40ss@mongodb/app": { host: "mongodb", port: 27017 },
      "mongodb://app:p@a.b:1,c.d:2/app?replicaSet=rs0": { host: "a.b", port: 1 },
      "mongodb://app:p@[fd00::1]:27018/app": { host: "fd00::1", port: 27018 },
      "mongodb+srv://app:p@cluster.example.com/app": { host: "cluster.example.com", port: undefined },
      "mongodb+srv://app:p@cluster.example.com": { host: "cluster.example.com", port: undefined },
    };
    for (const [uri, host] of Object.entries(hosts)) expect(firstHost(uri)).to.deep.equal(host);
  });

  const invalid = {
    "mongodb://app:s3cret": "The service's connection string is invalid.",
    "mongodb://app:s3/cret@mongodb/app":
      "The service's connection string is invalid: Password contains unescaped characters.",
    "mongodb://app:s3cret@/app":
      "The service's connection string is invalid: Protocol and host list are required in the uri.",
  };
  for (const [uri, sentence] of Object.entries(invalid)) {
    it(`says that ${uri} is invalid, and does not tell the password`, () => {
      expect(() => firstHost(uri))
        .to.throw(UserError)
        .with.property("message", sentence);
    });
  }

  it("keeps all else at another address", () => {
    const uri = "mongodb://app:p$1@a.b:1,c.d:2/app?replicaSet=rs0&tls=true";
    expect(atAddress(uri, "127.0.0.1:99")).to.equal(
      "mongodb://app:p$1@127.0.0.1:99/app?replicaSet=rs0&tls=true",
    );
  });

  it("names a Service of the cluster, or none", () => {
    const own = "stack-1";
    const services = {
      mongodb: { name: "mongodb", namespace: own },
      "mongodb-rs0-0.mongodb-rs0.stack-1.svc.cluster.local": { name: "mongodb-rs0", namespace: own },
      "mongo.data.svc": { name: "mongo", namespace: "data" },
      "mongo.data.svc.example.org": { name: "mongo", namespace: "data" },
      "mongo.example.com": undefined,
      "192.0.2.1": undefined,
    };
    for (const [host, service] of Object.entries(services)) {
      expect(serviceOf(host, own), host).to.deep.equal(service);
    }
  });
});

describe("readConnection", () => {
  const env = [{ name: "MONGODB_URI", valueFrom: { secretKeyRef: { name: "mongodb-uri-1", key: "uri" } } }];
  const ca = {
    env: [...env, { name: "MONGODB_CA_FILE", value: "/etc/mongodb/ca.pem" }],
    volumeMounts: [{ name: "ca", mountPath: "/etc/mongodb" }],
  };

  /** The connection read from a service with this container. */
  async function readOf(container: object): Promise<unknown> {
    const volumes = [{ name: "ca", configMap: { name: "mongodb-ca-1" } }];
    const template = { spec: { containers: [{ name: "web", ...container }], volumes } };
    const items = [{ spec: { template } } as V1Deployment];
    const client = {
      apps: { listNamespacedDeployment: () => Promise.resolve({ items }) },
      core: {
        readNamespacedSecret: ({ name }: { name: string }) =>
          Promise.resolve({ data: name === "mongodb-uri-1" ? { uri: btoa("mongodb://a/app") } : {} }),
        readNamespacedConfigMap: ({ name }: { name: string }) =>
          Promise.resolve({ data: name === "mongodb-ca-1" ? { "ca.pem": "PEM" } : {} }),
      },
    };
    return await readConnection(client as unknown as ClusterClient, "stack-1");
  }

  it("reads the connection string from the Secret, and the CA from the ConfigMap", async () => {
    expect(await readOf({ env })).to.deep.equal({ uri: "mongodb://a/app" });
    expect(await readOf(ca)).to.deep.equal({ uri: "mongodb://a/app", ca: "PEM" });
  });

  it("knows that there is no connection", async () => {
    expect(await readOf({ env: [] })).to.equal(undefined);
  });
});
