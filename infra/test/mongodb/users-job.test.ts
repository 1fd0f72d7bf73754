import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";
import { restrictedContainer, restrictedPod } from "../support/restricted-pod.ts";

const name = "app.kubernetes.io/name";

describe("UsersJob", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram({ passwordVersion: 2 });
  });
  after(restorePath);

  const jobs = () => program.of("Job");
  const job = (task: string, run = program) =>
    run.of("Job").find((found) => found.name === `mongodb-${task}-users`)?.inputs;
  const pod = (task: string) => job(task).spec.template.spec;

  it("adds users before any resource uses them, and drops the previous users when no resource uses them", () => {
    const order = program.resources.map((resource) => `${resource.type.split(":").at(-1)} ${resource.name}`);
    const at = (resource: string) => order.indexOf(resource);
    expect(at("Job mongodb-add-users")).to.be.greaterThan(-1);
    for (const user of ["Secret mongodb-users", "StatefulSet mongodb", "Deployment web"]) {
      expect(at(user), user).to.be.greaterThan(at("Job mongodb-add-users"));
      expect(at(user), user).to.be.lessThan(at("Job mongodb-drop-users"));
    }
  });

  it("is not needed for the first users, which MongoDB's pod creates", async () => {
    expect((await runProgram()).of("Job")).to.deep.equal([]);
  });

  it("runs again only with another version", async () => {
    const third = await runProgram({ passwordVersion: 3, logLevel: "debug" });
    for (const task of ["add", "drop"]) {
      // In the cluster, the Secret then has another name, because it is immutable.
      expect(job(task, third)).to.deep.equal(job(task));
      expect(pod(task).volumes).to.deep.include({
        name: "users",
        secret: { secretName: "mongodb-wanted-users-auto", defaultMode: 0o440 },
      });
    }
  });

  it("mounts the current users of MongoDB, if there are any", () => {
    expect(pod("add").volumes).to.deep.include({
      name: "current",
      secret: { secretName: "mongodb-users", defaultMode: 0o440, optional: true },
    });
    expect(pod("add").containers[0].volumeMounts).to.deep.include({
      name: "current",
      mountPath: "/run/secrets/mongodb-current",
      readOnly: true,
    });
  });

  it("has the scripts that its command runs", () => {
    const files = { add: ["add-users.sh", "set-users.js"], drop: ["drop-users.sh", "drop-users.js"] };
    for (const [task, own] of Object.entries(files)) {
      const found = program.of("ConfigMap").find((map) => map.name === `mongodb-${task}-users-scripts`);
      expect(Object.keys(found?.inputs.data)).to.have.members([...own, "log-in.js"]);
      expect(pod(task).containers[0].command).to.deep.equal(["bash", `/scripts/${task}-users.sh`]);
      for (const file of found?.inputs.data[`${task}-users.sh`].match(/(?<=\/scripts\/)[\w.-]+/g) ?? [])
        expect(found?.inputs.data).to.have.property(file);
    }
  });

  it("drops users after the grace period of the service's pods", () => {
    const { terminationGracePeriodSeconds } = program.the("Deployment").inputs.spec.template.spec;
    expect(pod("drop").containers[0].env).to.deep.include({
      name: "GRACE_SECONDS",
      value: String(terminationGracePeriodSeconds),
    });
  });

  it("runs again at the next up after a failure", () => {
    for (const { inputs } of jobs()) {
      expect(inputs.metadata.annotations).to.deep.equal({ "pulumi.com/replaceUnready": "true" });
      expect(inputs.spec).to.include({ backoffLimit: 1, activeDeadlineSeconds: 240 });
      expect(inputs.spec.template.spec.restartPolicy).to.equal("Never");
    }
  });

  it("meets the restricted standard as user 999, with limits, on the node that has the image", () => {
    for (const { inputs } of jobs()) {
      const { metadata, spec } = inputs.spec.template;
      expect(metadata.labels[name]).to.equal("mongodb-users");
      expect(spec).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(spec.nodeSelector).to.deep.equal({ "kubernetes.io/hostname": "minikube" });
      expect(spec.securityContext).to.deep.equal(restrictedPod(999));
      expect(spec.containers[0].securityContext).to.deep.equal(restrictedContainer);
      expect(spec.containers[0].resources.limits).to.deep.equal({ cpu: "250m", memory: "256Mi" });
    }
  });
});
