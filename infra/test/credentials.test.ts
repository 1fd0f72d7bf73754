import { expect } from "chai";
import { restorePath } from "./support/minikube.ts";
import { runProgram, type ProgramRun, type Registered } from "./support/program.ts";

/** What a secret is on the wire between a program and the engine. */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

describe("Credentials", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const decoded = (secret: Registered | undefined, key: string) => {
    const value = secret?.inputs.data.value?.[key] ?? secret?.inputs.data[key];
    return Buffer.from((value.value ?? value) as string, "base64").toString();
  };
  const secret = (name: string) => program.of("Secret").find((found) => found.name === name);

  it("makes two passwords of 192 random bits, others in every stack", async () => {
    const root = decoded(secret("mongodb-passwords"), "root");
    const app = decoded(secret("mongodb-passwords"), "app");
    expect([root, app].map((password) => Buffer.from(password, "base64url").length)).to.deep.equal([24, 24]);
    expect(root).not.to.equal(app);
    const other = (await runProgram()).of("Secret").find(({ name }) => name === "mongodb-passwords");
    expect(decoded(other, "app")).not.to.equal(app);
  });

  it("connects the service as the application user, to its own database", () => {
    const app = decoded(secret("mongodb-passwords"), "app");
    expect(decoded(secret("mongodb-uri"), "uri")).to.equal(`mongodb://app:${app}@mongodb:27017/app`);
  });

  it("keeps the first passwords, encrypted", () => {
    for (const { inputs, options } of program.of("Stash")) {
      expect(options.ignoreChanges).to.deep.equal(["input"]);
      expect(options).to.have.property("additionalSecretOutputs").that.includes("output");
      expect(inputs.input["4dabf18193072939515e22adb298388d"]).to.equal(secretSignature);
    }
    expect(program.of("Stash")).to.have.length(2);
  });

  it("puts no password into plain text anywhere else", () => {
    const passwords = ["root", "app"].map((user) => decoded(secret("mongodb-passwords"), user));
    const others = program.resources.filter(({ type }) => !/Stash|core\/v1:Secret/.test(type));
    expect(others.length).to.be.greaterThan(20);
    const text = JSON.stringify([others.map(({ inputs }) => inputs as unknown), program.outputs]);
    for (const password of passwords) {
      expect(text).not.to.include(password);
      expect(text).not.to.include(Buffer.from(password).toString("base64"));
    }
  });
});
