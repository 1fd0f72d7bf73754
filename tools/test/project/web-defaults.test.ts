import { expect } from "chai";
import { longestDrain } from "../../../service/http/drain.ts";
import { readSettings } from "../../../service/service-settings.ts";
import { heapMiB, preStopSeconds, terminationGraceSeconds } from "../../../infra/web/web-defaults.ts";

describe("the service's defaults", () => {
  it("leave a pod time for preStop, drain and shutdown before Kubernetes kills it", () => {
    const { drainMs, shutdownMs } = readSettings({});
    const steps = preStopSeconds.severalNodes + (longestDrain * drainMs + shutdownMs) / 1000;
    // The remaining time is for closing MongoDB's connections and for the process to end.
    expect(terminationGraceSeconds - steps).to.be.at.least(5);
  });

  it("limit Node's heap to three quarters of the memory", () => {
    expect(heapMiB).to.equal(96);
  });
});
