import { expect } from "chai";
import { whyLocal } from "../../local/stack-or-service.ts";
import type { CommandContext } from "../../terminal/command-context.ts";
import { downloads, type Downloads } from "../support/download-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { publish, tar } from "../support/fake-releases.ts";
import { contextOf } from "../support/run-command.ts";

describe("whyLocal", () => {
  let machine: Machine;
  let server: Downloads;

  beforeEach(async () => {
    server = await downloads();
  });

  afterEach(() => {
    server.close();
    machine.remove();
  });

  const bare = { minikube: undefined, pulumi: undefined, tar };

  function on(programs: Setup["programs"] & object): CommandContext {
    machine = fakeMachine({ programs });
    return contextOf(machine);
  }

  it("is nothing where Docker, pulumi and minikube are", async () => {
    expect(await whyLocal(on({}))).to.equal(undefined);
  });

  it("is nothing where pulumi and minikube can be installed, and installs them", async () => {
    on(bare);
    publish(machine, server);
    expect(await whyLocal(contextOf(machine))).to.equal(undefined);
    expect(server.requests()).to.deep.equal(["/minikube-1", "/pulumi-1.tar.gz"]);
  });

  it("says why they could not be installed", async () => {
    on(bare);
    publish(machine, server);
    server.behavior.status = 403;
    expect(await whyLocal(contextOf(machine))).to.equal(
      `minikube: ${server.url}/minikube-1 answered HTTP 403. ` +
        "Install minikube: https://minikube.sigs.k8s.io/docs/start/\n" +
        "So `npm start` runs the service alone, with an embedded MongoDB.",
    );
  });

  it("says what is missing where there is no release for the machine", async () => {
    expect(await whyLocal(on(bare))).to.equal(
      "minikube: not on PATH. Install minikube: https://minikube.sigs.k8s.io/docs/start/\n" +
        "Pulumi: not on PATH. Install Pulumi 3.210.0 or newer: https://www.pulumi.com/docs/install/\n" +
        "So `npm start` runs the service alone, with an embedded MongoDB.",
    );
  });

  const silent = {
    "is not there": undefined,
    "fails, as without its daemon": "echo Cannot connect to the Docker daemon >&2; exit 1",
    "knows no server's version": "echo",
    "never answers": "while :; do :; done",
  };
  for (const [how, docker] of Object.entries(silent)) {
    it(`does not rely on Docker when its client ${how}, and installs nothing`, async () => {
      on({ ...bare, docker });
      publish(machine, server);
      expect(await whyLocal(contextOf(machine), 500)).to.equal(
        "Docker does not answer, so `npm start` runs the service alone, with an embedded MongoDB.",
      );
      expect(server.requests()).to.deep.equal([]);
    });
  }
});
