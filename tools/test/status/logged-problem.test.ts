import { expect } from "chai";
import { problemIn } from "../../status/logged-problem.ts";

const line = (level: number, msg: string, more: object = {}) =>
  JSON.stringify({ level, time: 1, ...more, msg });
const cause = (message: string) => ({ err: { type: "Error", message, stack: "…" } });
const failed = line(40, "can't connect to MongoDB yet", cause("querySrv ENOTFOUND _mongodb._tcp.db.example"));

describe("problemIn", () => {
  it("is the last warning that has a cause", () => {
    const lines = [
      line(40, "other", cause("older")),
      failed,
      line(30, "request", cause("a client's")),
      "not JSON",
      "null",
    ];
    expect(problemIn(lines)).to.equal(
      "can't connect to MongoDB yet: querySrv ENOTFOUND _mongodb._tcp.db.example",
    );
  });

  it("names every variable that is wrong", () => {
    const faults = ["MONGODB_URI: must name the database", "PORT: must be a port"];
    expect(problemIn([line(60, "invalid environment variables", { faults })])).to.equal(
      "invalid environment variables: MONGODB_URI: must name the database; PORT: must be a port",
    );
  });

  it("is over when the service has connected", () => {
    expect(problemIn([failed, line(30, "MongoDB is connected")])).to.equal(undefined);
    expect(problemIn([line(30, "MongoDB is connected"), failed])).to.include("querySrv");
  });

  it("says once what an error and its causes say", () => {
    const said = "connect ECONNREFUSED 10.0.0.1:27017";
    expect(problemIn([line(40, "MongoDB connection error", cause(`${said}: ${said}: ${said}`))])).to.equal(
      `MongoDB connection error: ${said}`,
    );
  });

  for (const message of [
    "self-signed certificate in certificate chain",
    "self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca",
    "unable to get local issuer certificate",
    "unable to get issuer certificate",
  ]) {
    it(`tells how to set the CA: ${message}`, () => {
      const [said] = message.split(";");
      expect(problemIn([line(40, "can't connect to MongoDB yet", cause(message))])).to.equal(
        `can't connect to MongoDB yet: ${said}. If a private CA signed the certificate, run: ` +
          "npm run pulumi -- config set mongodbCa < FILE.pem",
      );
    });
  }
});
