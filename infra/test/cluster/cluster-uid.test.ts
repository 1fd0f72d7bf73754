import { expect } from "chai";
import { findClusterUid, requireClusterUid } from "../../cluster/cluster-uid.ts";
import { fakeKubectl, fakeMinikube, install, restorePath, uninstall } from "../support/fake-minikube.ts";
import { clusterUid } from "../support/mocked-program.ts";

describe("findClusterUid", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("is the UID of kube-system that kubectl prints", async () => {
    fakeKubectl({ uid: clusterUid });
    expect(await findClusterUid("minikube")).to.equal(clusterUid);
  });

  it("is undefined if kubectl fails, or prints no UID", async () => {
    for (const answers of [{}, { uid: "" }, { uid: `${clusterUid} ${clusterUid}` }]) {
      fakeKubectl(answers);
      expect(await findClusterUid("minikube")).to.equal(undefined);
    }
  });

  it("is undefined without kubectl", async () => {
    uninstall("kubectl");
    expect(await findClusterUid(undefined)).to.equal(undefined);
  });
});

describe("requireClusterUid", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("waits for a slow exec plugin", async () => {
    install("kubectl", `sleep 4; printf '%s' ${clusterUid}`);
    expect(await requireClusterUid("prod")).to.equal(clusterUid);
  }).timeout(20_000);

  it("is undefined if kubectl is not permitted to read the namespace", async () => {
    install(
      "kubectl",
      `echo 'Error from server (Forbidden): namespaces "kube-system" is forbidden' >&2; exit 1`,
    );
    expect(await requireClusterUid("prod")).to.equal(undefined);
  });

  it("rejects if the cluster does not answer, so that `up` creates and deletes nothing", async () => {
    install(
      "kubectl",
      `echo 'Unable to connect to the server: dial tcp 192.0.2.1:443: i/o timeout' >&2; exit 1`,
    );
    const failure = await requireClusterUid("prod").catch((error: unknown) => (error as Error).message);
    expect(failure).to.equal(
      "The cluster does not answer: Unable to connect to the server: dial tcp 192.0.2.1:443: i/o timeout. " +
        "Nothing was changed. Run: kubectl --context prod get namespace kube-system",
    );
  });
});
