import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { readSettings } from "../../settings/stack-settings.ts";
import { setConfig } from "../support/mocked-program.ts";
import { certificate, key } from "../support/test-certificate.ts";

const external = { mongo: "external", mongodbUri: "mongodb://ada:secret@db.example/app?tls=true" };

function mongoOf(values: Record<string, unknown>) {
  const { mongo } = readSettings(setConfig({ ...external, ...values }));
  if (mongo.kind !== "external") throw new Error(mongo.kind);
  return mongo;
}

describe("readExternalMongo", () => {
  it("has neither a CA nor other ports by default", () => {
    expect(mongoOf({})).to.have.keys("kind", "uri", "ports");
  });

  const twice = `${certificate}${certificate}`;
  for (const [what, ca] of [
    ["one certificate", certificate],
    ["several, with text between them", `# root\n${twice}`],
    ["Windows line endings", certificate.replaceAll("\n", "\r\n")],
  ] as const) {
    it(`accepts a CA in PEM: ${what}`, () => {
      expect(mongoOf({ mongodbCa: ca }).ca).to.equal(ca);
    });
  }

  const ports: [Record<string, unknown>, number[]][] = [
    [{ mongodbUri: "mongodb://a:27018,b/app" }, [27018, 27017]],
    [{ mongodbUri: "mongodb://ada:a:27@[::1],[::2]:27019/app" }, [27017, 27019]],
    [{ mongodbUri: "mongodb+srv://db.example/app" }, [27017]],
    [{ mongodbUri: "mongodb+srv://db.example/app", mongodbPorts: "27018, 27019,27018" }, [27018, 27019]],
    [{ mongodbUri: "mongodb://a:27018/app", mongodbPorts: "37018" }, [37018]],
  ];
  for (const [values, expected] of ports) {
    it(`has the ports ${expected.join(", ")} with ${JSON.stringify(values)}`, () => {
      expect(mongoOf(values).ports).to.deep.equal(expected);
    });
  }

  const setCa = "Run: pulumi config set mongodbCa < FILE.pem";
  const cut = certificate.replace(/[^\n]+\n-----END/, "-----END");
  const setUri = "Run: pulumi config set --secret mongodbUri";
  const oneHost =
    "mongodbUri must have one host name and no port after mongodb+srv://, because DNS has the hosts and ports. " +
    `${setUri} 'mongodb+srv://USER:PASSWORD@HOST/app', or 'mongodb://USER:PASSWORD@HOST:PORT,HOST:PORT/app'`;
  const rejected: [string, Record<string, unknown>, string][] = [
    [
      "a CA that is a path",
      { mongodbCa: "ca.pem" },
      `mongodbCa is not in PEM format: -----BEGIN CERTIFICATE----- is missing. ${setCa}`,
    ],
    [
      "a CA with its private key",
      { mongodbCa: certificate + key },
      `mongodbCa has a private key, and must have only the CA's certificates. ${setCa}`,
    ],
    [
      "a certificate that is cut off",
      { mongodbCa: cut },
      `mongodbCa has a certificate that can't be read, because the file is incomplete or changed. ${setCa}`,
    ],
    [
      "a certificate without its end",
      { mongodbCa: certificate.slice(0, 300) },
      `mongodbCa has a certificate that can't be read, because the file is incomplete or changed. ${setCa}`,
    ],
    [
      "a CA with TLS turned off",
      { mongodbCa: certificate, mongodbUri: "mongodb://h/app?w=1&tls=false" },
      "mongodbCa needs TLS, and mongodbUri disables TLS. Run: pulumi config rm mongodbCa, or remove tls=false " +
        "from mongodbUri.",
    ],
    [
      "a CA with a connection that verifies nothing",
      { mongodbCa: certificate, mongodbUri: "mongodb://h/app?w=1&tlsAllowInvalidCertificates=true" },
      "mongodbCa verifies MongoDB's certificate, and mongodbUri disables the verification. " +
        "Remove tlsAllowInvalidCertificates=true from mongodbUri.",
    ],
    [
      "a CA of another MongoDB",
      { mongo: "standalone", mongodbUri: "", mongodbCa: certificate },
      "mongodbCa is valid only with mongo external. Run: pulumi config rm mongodbCa",
    ],
    [
      "ports of another MongoDB",
      { mongo: "standalone", mongodbUri: "", mongodbPorts: "27018" },
      "mongodbPorts is valid only with mongo external. Run: pulumi config rm mongodbPorts",
    ],
    ["mongodb+srv with a port", { mongodbUri: "mongodb+srv://ada:secret@db.example:27017/app" }, oneHost],
    ["mongodb+srv with two hosts", { mongodbUri: "mongodb+srv://a.example,b.example/app" }, oneHost],
    [
      "the file of a CA",
      { mongodbUri: "mongodb://ada:secret@h/app?tls=true&tlsCAFile=/etc/ca.pem" },
      "The option tlsCAFile in mongodbUri names a file, which the service's container does not have. " +
        "Remove the option, and run: pulumi config set mongodbCa < FILE.pem",
    ],
    [
      "the file of a client's certificate",
      { mongodbUri: "mongodb://h/app?tlsCertificateKeyFile=/etc/client.pem" },
      "The option tlsCertificateKeyFile in mongodbUri names a file, which the service's container does not have. " +
        `Remove the option. ${setUri}`,
    ],
    ...["0", "65536", "27017,", "a", "27017-27019"].map((mongodbPorts): [string, object, string] => [
      `the ports ${mongodbPorts}`,
      { mongodbPorts },
      `mongodbPorts must be TCP ports from 1 to 65535, separated by commas, such as 27017, not "${mongodbPorts}".`,
    ]),
  ] as [string, Record<string, unknown>, string][];
  for (const [what, values, sentence] of rejected) {
    it(`rejects ${what}`, () => {
      const config = setConfig({ ...external, ...values });
      expect(() => readSettings(config))
        .to.throw(RunError)
        .with.property("message")
        .that.equals(sentence);
    });
  }
});
