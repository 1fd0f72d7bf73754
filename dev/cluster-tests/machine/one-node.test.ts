import { expect } from "chai";
import { untilPageHas } from "../support/running-cluster.ts";
import { minikube, newUser, showPods, profile, type User } from "../support/own-machine.ts";
import { printedUrl } from "../support/running-service.ts";

const greeting = "Hello World, from Docker and Kubernetes!";
const newGreeting = "Hello again, from Docker and Kubernetes!";

describe("npm run up, whatever became of the cluster", () => {
  let user: User;
  let url: string;
  let document: { _id: string };

  before(async () => {
    user = await newUser();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await showPods();
  });
  after(async () => {
    await user.leave();
  });
  const up = async () => {
    const output = await user.runs("up");
    console.log(output.replace(/^/gm, "      "));
    url = printedUrl(output);
  };
  const documents = async () => await (await fetch(`${url}/data`)).json();

  it("makes the cluster where there is none, and the URL answers", async () => {
    await up();
    expect(await (await fetch(url)).text()).to.include(greeting);
    const headers = { "Content-Type": "application/json" };
    const added = await fetch(`${url}/data`, { method: "POST", headers, body: '{"name":"Ada"}' });
    document = (await added.json()) as typeof document;
  });

  it("goes on after Ctrl-C in the middle", async () => {
    await user.project.replace("service/page/page-view.ts", greeting, newGreeting);
    const cutOff = user.starts("up");
    await cutOff.prints(/Deployment.* updating/);
    cutOff.interrupt();
    expect(await cutOff.exitCode()).to.equal(130);
    expect(cutOff.output()).to.include("Interrupted. To continue, run the command again.");
    await up();
    await untilPageHas(url, newGreeting);
    expect(await documents()).to.deep.equal([document]);
  });

  it("starts minikube where it was stopped, and nothing is lost", async () => {
    await minikube("stop");
    await up();
    expect(await documents()).to.deep.equal([document]);
  });

  it("builds everything anew where the cluster was deleted", async () => {
    await minikube("delete");
    await up();
    expect(await documents()).to.deep.equal([]);
  });

  it("npm run down -- --cluster deletes the cluster that it made", async () => {
    await user.runs("down", "--cluster");
    expect(await minikube("profile", "list", "--output", "json").catch(String)).not.to.include(profile);
  });
});
