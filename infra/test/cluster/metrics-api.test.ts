import { expect } from "chai";
import { findMetricsFault } from "../../cluster/metrics-api.ts";
import {
  fakeKubectl,
  fakeMinikube,
  install,
  metricsApi,
  restorePath,
  uninstall,
} from "../support/fake-minikube.ts";

describe("findMetricsFault", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("names a cluster that has no metrics-server, or one that is not available", async () => {
    fakeKubectl({ metrics: null });
    expect(await findMetricsFault("prod")).to.match(/no metrics-server\. Run: kubectl --context prod apply /);
    fakeKubectl({ metrics: metricsApi(false) });
    expect(await findMetricsFault("prod")).to.match(/not available\. Run: kubectl --context prod describe /);
    fakeKubectl({ metrics: metricsApi() });
    expect(await findMetricsFault("prod")).to.equal(undefined);
  });

  it("says nothing where kubectl may not ask, or is not on PATH", async () => {
    install("kubectl", `echo 'Error from server (Forbidden): apiservices is forbidden' >&2; exit 1`);
    expect(await findMetricsFault("prod")).to.equal(undefined);
    uninstall("kubectl");
    expect(await findMetricsFault("prod")).to.equal(undefined);
  });
});
