import { expect } from "chai";
import { findMetricsProblem } from "../../cluster/metrics-api.ts";
import {
  fakeKubectl,
  fakeMinikube,
  install,
  metricsApi,
  restorePath,
  uninstall,
} from "../support/fake-minikube.ts";

describe("findMetricsProblem", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("names a cluster that has no metrics-server, or one that is not available", async () => {
    fakeKubectl({ metrics: null });
    expect(await findMetricsProblem("prod")).to.match(
      /no metrics-server\. Run: kubectl --context prod apply /,
    );
    fakeKubectl({ metrics: metricsApi(false) });
    expect(await findMetricsProblem("prod")).to.match(
      /not available\. Run: kubectl --context prod describe /,
    );
    fakeKubectl({ metrics: metricsApi() });
    expect(await findMetricsProblem("prod")).to.equal(undefined);
  });

  it("is undefined if kubectl is not permitted to read the API's status, or is not on PATH", async () => {
    install("kubectl", `echo 'Error from server (Forbidden): apiservices is forbidden' >&2; exit 1`);
    expect(await findMetricsProblem("prod")).to.equal(undefined);
    uninstall("kubectl");
    expect(await findMetricsProblem("prod")).to.equal(undefined);
  });
});
