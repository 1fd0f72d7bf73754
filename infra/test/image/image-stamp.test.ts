import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { ImageStamp, stampProvider } from "../../image/image-stamp.ts";
import { asRun, registered } from "../support/dynamic-provider.ts";

/** Stands for a value that a preview does not know. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const random = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("ImageStamp", () => {
  let provider: pulumi.dynamic.ResourceProvider;
  before(() => {
    provider = asRun(stampProvider);
  });

  /** Returns the new inputs that Pulumi keeps, after the old ones. */
  async function check(olds: object, news: object): Promise<{ stamp: string; args?: unknown }> {
    const { inputs } = (await provider.check?.(olds, news)) ?? {};
    return inputs as { stamp: string; args?: unknown };
  }

  it("is what Pulumi's own class would register, except for the source code", async () => {
    const inputs = { isMissing: true, reference: "app:1", args: { NPMRC: "1" } };
    const [own, theirs] = await registered(() => [
      new ImageStamp("own", inputs),
      new Theirs("theirs", inputs),
    ]);
    expect(own?.type).to.equal(theirs?.type);
    expect(theirs?.inputs).to.have.all.keys("isMissing", "reference", "args", "__provider");
    expect(own?.inputs).to.deep.equal({ ...inputs, __provider: stampProvider });
  });

  it("has a first stamp", async () => {
    const first = await check({}, { isMissing: false });
    expect(first).to.have.all.keys("stamp", "reference", "args");
    expect(first.stamp).to.match(random);
  });

  it("is another one each time that the image is missing", async () => {
    const next = await check({ stamp: "1" }, { isMissing: true });
    expect(next.stamp).to.match(random);
    expect(await check({ stamp: "1" }, { isMissing: true })).to.not.deep.equal(next);
  });

  it("stays while the image is there", async () => {
    expect(await check({ stamp: "1" }, { isMissing: false })).to.include({ stamp: "1" });
  });

  it("stays in a preview that does not know yet", async () => {
    expect(await check({ stamp: "1" }, { isMissing: unknown })).to.include({ stamp: "1" });
  });

  it("keeps the arguments of the last build while nothing else has changed", async () => {
    const old = { stamp: "1", reference: "app:1", args: { HTTPS_PROXY: "http://office.example.com" } };
    const args = { HTTPS_PROXY: "http://home.example.com" };
    const same = { isMissing: false, reference: "app:1", args };
    expect(await check(old, same)).to.deep.equal(old);
    expect(await check(old, { ...same, reference: "app:2" })).to.deep.include({ reference: "app:2", args });
    expect(await check(old, { ...same, isMissing: true })).to.deep.include({ args });
    // An earlier release kept only the stamp.
    expect(await check({ stamp: "1" }, same)).to.deep.equal({ stamp: "1", reference: "app:1", args });
  });

  it("differs with what it keeps only", async () => {
    expect(await provider.diff?.("stamp", { stamp: "1" }, { stamp: "1" })).to.deep.equal({ changes: false });
    expect(await provider.diff?.("stamp", { stamp: "1" }, { stamp: "2" })).to.deep.equal({ changes: true });
  });

  it("returns the stamp as an output", async () => {
    expect(await provider.create({ stamp: "1" })).to.deep.equal({ id: "stamp", outs: { stamp: "1" } });
    const update = await provider.update?.("stamp", { stamp: "1" }, { stamp: "2" });
    expect(update).to.deep.equal({ outs: { stamp: "2" } });
  });
});

/** A dynamic resource as in Pulumi's documentation. */
class Theirs extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: object) {
    const provider = { create: () => Promise.resolve({ id: "" }) };
    super(provider, name, { ...inputs, stamp: undefined }, {}, "stamp", "ImageStamp");
  }
}
