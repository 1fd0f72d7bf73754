import { expect } from "chai";
import { findTools, whyLocal } from "../where.ts";
import { fakePath, type FakePath } from "./support/path.ts";

describe("whyLocal", () => {
  it("is nothing where Docker, pulumi and minikube are", () => {
    expect(whyLocal({ docker: true, pulumi: true, minikube: true })).to.equal(undefined);
  });

  it("names what is missing, in one line", () => {
    expect(whyLocal({ docker: false, pulumi: true, minikube: true })).to.equal(
      "Docker does not answer: here is the service alone, with an embedded MongoDB.",
    );
    expect(whyLocal({ docker: true, pulumi: false, minikube: false })).to.equal(
      "pulumi is not on PATH, minikube is not on PATH: here is the service alone, with an embedded MongoDB.",
    );
  });
});

describe("findTools", () => {
  const path = process.env.PATH;
  let fake: FakePath | undefined;
  afterEach(() => {
    process.env.PATH = path;
    fake?.remove();
  });

  const programs = (scripts: Record<string, string>) => {
    fake = fakePath(scripts);
    process.env.PATH = fake.folder;
  };

  it("finds what is there", async () => {
    programs({ docker: '[ "$1" = info ] && echo 28.2.2', pulumi: "exit 1", minikube: "exit 1" });
    expect(await findTools()).to.deep.equal({ docker: true, pulumi: true, minikube: true });
  });

  it("finds nothing on an empty PATH", async () => {
    programs({});
    expect(await findTools()).to.deep.equal({ docker: false, pulumi: false, minikube: false });
  });

  const silent = {
    "fails, as without its daemon": "echo Cannot connect to the Docker daemon >&2; exit 1",
    "knows no server's version": "echo",
    "never answers": "while :; do :; done",
  };
  for (const [how, docker] of Object.entries(silent)) {
    it(`does not take Docker for there when its client ${how}`, async () => {
      programs({ docker });
      expect((await findTools(500)).docker).to.equal(false);
    });
  }
});
