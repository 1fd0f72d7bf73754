import { expect } from "chai";
import { findClusterUid } from "../../cluster/cluster-uid.ts";
import { fakeKubectl, fakeMinikube, restorePath, uninstall } from "../support/fake-minikube.ts";
import { clusterUid } from "../support/mocked-program.ts";

describe("findClusterUid", () => {
  beforeEach(() => {
    fakeMinikube();
  });
  afterEach(restorePath);

  it("is what kubectl says of kube-system", async () => {
    fakeKubectl({ uid: clusterUid });
    expect(await findClusterUid("minikube")).to.equal(clusterUid);
  });

  it("is nothing that kubectl may not say, or that is no UID", async () => {
    for (const answers of [{}, { uid: "" }, { uid: `${clusterUid} ${clusterUid}` }]) {
      fakeKubectl(answers);
      expect(await findClusterUid("minikube")).to.equal(undefined);
    }
  });

  it("is nothing where there is no kubectl", async () => {
    uninstall("kubectl");
    expect(await findClusterUid(undefined)).to.equal(undefined);
  });
});
