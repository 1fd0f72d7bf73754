import { expect } from "chai";
import { causeIn } from "../../pulumi/failure-cause.ts";

// Output of Pulumi 3.270, shortened. Pulumi prints the error of the stack before or after the cause.
const stackError = [
  "  pulumi:pulumi:Stack (koa-mongo-stack-dev):",
  "    warning: using pulumi-resource-docker from $PATH at /usr/local/bin/pulumi-resource-docker",
  "    error: update failed",
  "",
];
const buildError =
  "error reading build output: executor failed running [/bin/sh -c node service/bundle.ts]: exit code: 1";
const imageError = ["  docker:index:Image (web):", `    error: ${buildError}`, ""];
const deploymentError = (...bullets: readonly string[]) => [
  "  kubernetes:apps/v1:Deployment (web):",
  `    error: ${bullets.length} errors occurred:`,
  ...bullets.map((bullet) => `    \t* ${bullet}`),
  `    container "web" terminated at 2026-11-29T01:26:24Z (Error: exit code 1)`,
  "",
];
const bundling = (text: string) =>
  ` ~  docker:index:Image web updating (1s) [diff: ~build,imageName]; ${text}`;

describe("causeIn", () => {
  it("names the place of an error in the service's code, which is only in the progress of the build", () => {
    const place = 'service/tasks/task.ts:9:1: Expected ")" but found end of file; service/a.ts:1:2: No';
    const lines = [
      bundling("Starting Docker build"),
      bundling(place),
      "Diagnostics:",
      ...stackError,
      ...imageError,
    ];
    expect(causeIn(lines)).to.equal(place);
  });

  it("does not take a warning of a complete build for the cause", () => {
    const lines = [
      bundling("service/tasks/task.ts:1:39: Comparison with -0"),
      "Diagnostics:",
      ...deploymentError("timed out waiting to be Ready"),
    ];
    expect(causeIn(lines)).to.equal("timed out waiting to be Ready");
  });

  it("is otherwise the error of the build", () => {
    expect(causeIn(["Diagnostics:", ...stackError, ...imageError])).to.equal(buildError);
  });

  it("prefers the pod's problem to the Deployment's, which only says that it timed out", () => {
    const pod =
      "[Pod n/web-1]: containers with unready status: [web][CrashLoopBackOff] back-off 2m40s restarting";
    const errors = deploymentError(`the API server reported that "n/web" failed to initialize`, pod);
    expect(causeIn(["Diagnostics:", ...errors, ...stackError])).to.equal(pod);
  });

  it("is the last sentence of a command, without the command itself", () => {
    const sentence =
      "The node could not pull mongo:8.0. Check mongoImage, and whether the node can reach it.";
    const lines = [
      " +  pulumi-nodejs:dynamic:Command mongodb creating (2s) error: ssh: Process exited with status 1",
      "Diagnostics:",
      "  pulumi-nodejs:dynamic:Command (mongodb):",
      "    error: ssh: Process exited with status 1",
      "    FATA[0000] pulling image: dial tcp: lookup registry-1.docker.io: no such host",
      `    ${sentence}`,
      "    The command was: minikube ssh --profile minikube -- series=$(sudo cat /data/x)",
      "",
      ...stackError,
    ];
    expect(causeIn(lines)).to.equal(sentence);
  });

  it("leaves out the box in which minikube asks for a report", () => {
    const exit = "X Exiting due to GUEST_IMAGE_LOAD: Failed to load image";
    const box = ["    * ", "    ╭──────╮", "    │ * Please file a report │", "    ╰──────╯"];
    const lines = ["    error: ", `    ${exit}`, ...box, "    The command was: minikube image load x"];
    expect(causeIn(["Diagnostics:", "  a:Command (web-load):", ...lines])).to.equal(exit);
  });

  it("is the program's own error", () => {
    const sentence = "The cluster has no IngressClass contour, only traefik.";
    const block = ["  pulumi:pulumi:Stack (koa-mongo-stack-dev):", `    error: ${sentence}`];
    expect(causeIn(["Diagnostics:", ...block])).to.equal(sentence);
  });

  it("is an error of Pulumi before the update", () => {
    expect(causeIn(["error: no stack named 'dev' found"])).to.equal("no stack named 'dev' found");
  });

  it("is undefined if Pulumi names none", () => {
    expect(causeIn([])).to.equal(undefined);
    expect(causeIn(["Diagnostics:", ...stackError])).to.equal(undefined);
  });
});
