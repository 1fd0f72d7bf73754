import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";

describe("the service's autoscaler", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  it("has an autoscaler that `destroy` does not wait for", () => {
    expect(program.the("HorizontalPodAutoscaler").inputs.metadata.annotations).to.deep.equal({
      "pulumi.com/deletionPropagationPolicy": "background",
    });
  });

  it("has the limits and the target of the configuration", async () => {
    const run = await runProgram({ minReplicas: 3, maxReplicas: 9, cpuTarget: 70 });
    const { minReplicas, maxReplicas, metrics } = run.the("HorizontalPodAutoscaler").inputs.spec;
    expect([minReplicas, maxReplicas, metrics[0].resource.target.averageUtilization]).to.deep.equal([
      3, 9, 70,
    ]);
  });

  it("scales on CPU, up at once and down slowly", () => {
    expect(program.the("HorizontalPodAutoscaler").inputs.spec).to.deep.equal({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web-auto" },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
        },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: "Max",
          policies: [
            { type: "Percent", value: 100, periodSeconds: 15 },
            { type: "Pods", value: 4, periodSeconds: 15 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
        },
      },
    });
  });
});
