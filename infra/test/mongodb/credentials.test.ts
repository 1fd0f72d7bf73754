import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun, type Registered } from "../support/mocked-program.ts";

/** Marks a secret in messages between a program and the engine. */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The stashes that hold the passwords. */
const passwords = (run: ProgramRun) => run.of("Stash").filter(({ name }) => name.startsWith("mongodb-"));

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

  const wanted = (run: ProgramRun, key: string) =>
    decoded(
      run.of("Secret").find(({ name }) => name === "mongodb-wanted-users"),
      key,
    );

  it("creates two passwords of 192 random bits, different in every stack", async () => {
    const [root, app] = ["root-password", "app-password"].map((key) => wanted(program, key));
    for (const password of [root, app]) expect(Buffer.from(password ?? "", "base64url").length).to.equal(24);
    expect(root).not.to.equal(app);
    expect(wanted(await runProgram(), "app-password")).not.to.equal(app);
  });

  it("names the users after the version, each with a password of its own", async () => {
    const second = await runProgram({ passwordVersion: 2 });
    expect([wanted(program, "root-user"), wanted(program, "app-user")]).to.deep.equal(["root-1", "app-1"]);
    expect([wanted(second, "root-user"), wanted(second, "app-user")]).to.deep.equal(["root-2", "app-2"]);
    expect(passwords(second).map(({ name }) => name)).to.have.members(["mongodb-root-2", "mongodb-app-2"]);
  });

  it("connects the service as the application user, to its own database", () => {
    const app = wanted(program, "app-password");
    expect(decoded(secret("mongodb-uri"), "uri")).to.equal(`mongodb://app-1:${app}@mongodb:27017/app`);
  });

  it("has immutable Secrets with generated names, so that another version has other Secrets", () => {
    for (const name of ["mongodb-wanted-users", "mongodb-uri"]) {
      expect(secret(name)?.inputs).to.include({ immutable: true });
      expect(secret(name)?.inputs.metadata).not.to.have.property("name");
    }
  });

  it("keeps the first passwords, encrypted", () => {
    for (const { inputs, options } of passwords(program)) {
      expect(options.ignoreChanges).to.deep.equal(["input"]);
      expect(options).to.have.property("additionalSecretOutputs").that.includes("output");
      expect(inputs.input["4dabf18193072939515e22adb298388d"]).to.equal(secretSignature);
    }
    expect(passwords(program)).to.have.length(2);
  });

  it("puts no password into plain text anywhere else", () => {
    const passwords = ["root-password", "app-password"].map((key) => wanted(program, key));
    const others = program.resources.filter(({ type }) => !/Stash|core\/v1:Secret/.test(type));
    expect(others.length).to.be.greaterThan(20);
    const text = JSON.stringify([others.map(({ inputs }) => inputs as unknown), program.outputs]);
    for (const password of passwords) {
      expect(text).not.to.include(password);
      expect(text).not.to.include(Buffer.from(password).toString("base64"));
    }
  });
});
