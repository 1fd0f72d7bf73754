import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { noTrust, readSettings } from "../service-settings.ts";
import { ca } from "./support/test-certificates.ts";

describe("readSettings", () => {
  it("has a default for every variable", () => {
    expect(readSettings({})).to.deep.equal({
      port: 3000,
      host: undefined,
      mongodbUri: "mongodb://mongodb:27017/app",
      mongodbCaFile: undefined,
      logLevel: "info",
      podName: hostname(),
      metricsPort: undefined,
      isTraced: false,
      trusts: noTrust,
      podsHost: undefined,
      drainMs: 2000,
      shutdownMs: 15000,
      keepAliveMs: 65000,
      deadlineMs: 2000,
      maxHeldBytes: 8388608,
    });
  });

  it("names all invalid variables, without the password", () => {
    const env = {
      PORT: "99999",
      MONGODB_URI: "http://u:hunter2@h",
      LOG_LEVEL: "loud",
      DRAIN_MS: "2s",
      KEEP_ALIVE_MS: "0",
      DEADLINE_MS: "0",
      MAX_HELD_BYTES: "1",
      METRICS_PORT: "0x",
      TRUSTED_PROXIES: "10.0.0.0/33",
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
    };
    expect(() => readSettings(env))
      .to.throw()
      .with.property("message")
      .that.matches(/PORT: /)
      .and.matches(/MONGODB_URI: must be a connection string/)
      .and.matches(/LOG_LEVEL: /)
      .and.matches(/DRAIN_MS: must be a whole number of milliseconds/)
      .and.matches(/KEEP_ALIVE_MS: must be a whole number of milliseconds from 1000/)
      .and.matches(/DEADLINE_MS: must be a whole number of milliseconds from 100/)
      .and.matches(/MAX_HELD_BYTES: must be a whole number of bytes/)
      .and.matches(/METRICS_PORT: /)
      .and.matches(/TRUSTED_PROXIES: must be the number of proxies, .* not "10.0.0.0\/33"/)
      .and.matches(/OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL such as/)
      .and.not.include("hunter2");
  });

  it("treats an empty variable of OpenTelemetry as not set", () => {
    expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }).isTraced).to.equal(false);
    const env = { OTEL_SDK_DISABLED: "", OTEL_TRACES_EXPORTER: "" };
    expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", ...env }).isTraced).to.equal(true);
  });

  it("traces with either endpoint, unless OpenTelemetry's variables turn tracing off", () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" };
    const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318/v1/traces" };
    for (const env of [endpoint, traces, { ...endpoint, OTEL_SDK_DISABLED: "false" }]) {
      expect(readSettings(env).isTraced).to.equal(true);
    }
    for (const off of [{ OTEL_SDK_DISABLED: "True" }, { OTEL_TRACES_EXPORTER: "none" }]) {
      expect(readSettings({ ...endpoint, ...off }).isTraced).to.equal(false);
    }
  });

  it("rejects the same port for requests and for Prometheus, also for the default port", () => {
    for (const env of [{ PORT: "9464", METRICS_PORT: "9464" }, { METRICS_PORT: "3000" }]) {
      expect(() => readSettings(env)).to.throw("METRICS_PORT: must differ from PORT, which is ");
    }
  });

  for (const uri of [
    "http://h",
    "mongodb://",
    "mongodb://h:99999999/app",
    "mongodb://h/?bogus=1",
    "mongodb://a:b@c@h",
  ]) {
    it(`rejects the connection string ${uri}`, () => {
      expect(() => readSettings({ MONGODB_URI: uri })).to.throw("MONGODB_URI: must be a connection string");
    });
  }

  for (const uri of [
    "mongodb://h",
    "mongodb://h/",
    "mongodb://u:hunter2@h:27017,i:27018/?replicaSet=rs",
    "mongodb://h/?appName=a/b",
    "mongodb+srv://u:hunter2@h.example.com",
  ]) {
    it(`rejects ${uri}, which names no database`, () => {
      expect(() => readSettings({ MONGODB_URI: uri }))
        .to.throw("MONGODB_URI: must name the database after the hosts, such as mongodb://HOST/app")
        .with.property("message")
        .that.does.not.include("hunter2");
    });
  }

  describe("with MONGODB_CA_FILE", () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-ca-"));
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });
    const fileOf = (text: string) => {
      const path = join(folder, "ca.pem");
      writeFileSync(path, text);
      return path;
    };

    it("accepts a file with certificates", () => {
      const path = fileOf(ca);
      expect(readSettings({ MONGODB_CA_FILE: path }).mongodbCaFile).to.equal(path);
    });

    it("rejects a file without a certificate, and an unreadable file", () => {
      const path = fileOf("not PEM");
      expect(() => readSettings({ MONGODB_CA_FILE: path })).to.throw(
        `MONGODB_CA_FILE: must be a PEM file with certificates, and ${path} has none`,
      );
      expect(() => readSettings({ MONGODB_CA_FILE: join(folder, "none.pem") })).to.throw(
        /^MONGODB_CA_FILE: must be a readable file: ENOENT.*none\.pem/,
      );
    });
  });

  for (const uri of [
    "mongodb://h/app",
    "mongodb://h,i:27018/test?replicaSet=rs",
    "mongodb+srv://u:p%2Fw@h.example.com/app?w=majority",
    "mongodb://%2Ftmp%2Fmongodb-27017.sock/app",
  ]) {
    it(`accepts ${uri}`, () => {
      expect(readSettings({ MONGODB_URI: uri }).mongodbUri).to.equal(uri);
    });
  }
});
