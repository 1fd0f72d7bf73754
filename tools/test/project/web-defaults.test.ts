import { expect } from "chai";
import { maxDrainFactor } from "../../../service/http/drain.ts";
import { readSettings } from "../../../service/service-settings.ts";
import { preStopSeconds, terminationGraceSeconds } from "../../../infra/web/web-defaults.ts";

describe("the service's defaults", () => {
  it("leave a pod time for preStop, drain and shutdown before Kubernetes kills it", () => {
    const { drainMs, shutdownMs } = readSettings({});
    const steps = preStopSeconds.severalNodes + (maxDrainFactor * drainMs + shutdownMs) / 1000;
    // The remaining time is for closing MongoDB's connections and for the process to end.
    expect(terminationGraceSeconds - steps).to.be.at.least(5);
  });
});
