import { expect } from "chai";
import { hostname } from "node:os";
import { readSettings } from "../service-settings.ts";

describe("readSettings", () => {
  it("has a default for everything", () => {
    expect(readSettings({})).to.deep.equal({
      port: 3000,
      host: undefined,
      mongodbUri: "mongodb://mongodb:27017/app",
      logLevel: "info",
      podName: hostname(),
      metricsPort: undefined,
      otlpEndpoint: undefined,
      podsHost: undefined,
      drainMs: 2000,
      shutdownMs: 15000,
      deadlineMs: 2000,
      maxHeldBytes: 8388608,
    });
  });

  it("names every fault at once, without the password", () => {
    const env = {
      PORT: "99999",
      MONGODB_URI: "http://u:hunter2@h",
      LOG_LEVEL: "loud",
      DRAIN_MS: "2s",
      DEADLINE_MS: "0",
      MAX_HELD_BYTES: "1",
      METRICS_PORT: "0x",
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
    };
    expect(() => readSettings(env))
      .to.throw()
      .with.property("message")
      .that.matches(/PORT: /)
      .and.matches(/MONGODB_URI: must be a connection string/)
      .and.matches(/LOG_LEVEL: /)
      .and.matches(/DRAIN_MS: must be a whole number of milliseconds/)
      .and.matches(/DEADLINE_MS: must be a whole number of milliseconds from 100/)
      .and.matches(/MAX_HELD_BYTES: must be a whole number of bytes/)
      .and.matches(/METRICS_PORT: /)
      .and.matches(/OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL such as/)
      .and.not.include("hunter2");
  });

  it("takes an empty variable of OpenTelemetry for one that is not set", () => {
    expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }).otlpEndpoint).to.equal(undefined);
  });

  it("refuses one port for requests and for Prometheus, also where one of them is the default", () => {
    for (const env of [{ PORT: "9464", METRICS_PORT: "9464" }, { METRICS_PORT: "3000" }]) {
      expect(() => readSettings(env)).to.throw("METRICS_PORT: must be another port than PORT");
    }
  });

  for (const uri of [
    "http://h",
    "mongodb://",
    "mongodb://h:99999999/app",
    "mongodb://h/?bogus=1",
    "mongodb://a:b@c@h",
  ]) {
    it(`refuses the connection string ${uri}`, () => {
      expect(() => readSettings({ MONGODB_URI: uri })).to.throw("MONGODB_URI: must be a connection string");
    });
  }
});
