import { expect } from "chai";
import { endReason, problemIn } from "../../status/logged-problem.ts";

const line = (level: number, msg: string, more: object = {}) =>
  JSON.stringify({ level, time: 1, ...more, msg });
const cause = (message: string) => ({ err: { type: "Error", message, stack: "…" } });
const failed = line(40, "can't connect to MongoDB yet", cause("querySrv ENOTFOUND _mongodb._tcp.db.example"));

const schemaError =
  "Error: The schema of /books has `pages` with `select: false`: the service sends documents as they are stored.";

/** The lines that Node prints after an uncaught error in the bundle. */
const crash = (error: string) => [
  "/app/main.cjs:120",
  `\`)}function renderValue(value){${"x".repeat(300)}throw new Error("Error: none")}`,
  `${" ".repeat(120)}^`,
  "",
  error,
  "    at requireSupported (/app/main.cjs:120:3661)",
  "    at node:internal/main/run_main_module:33:47 {",
  "  [cause]: Error: another",
  "}",
  "",
  "Node.js v24.21.0",
];

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

  it("is the error of a crash of Node, between the bundle and the stack", () => {
    expect(problemIn(["{}", ...crash(schemaError)])).to.equal(schemaError);
    for (const error of [
      "TypeError [ERR_INVALID_ARG_TYPE]: The path must be a string",
      "MongoParseError: Invalid scheme",
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    ])
      expect(problemIn([failed, ...crash(error)])).to.equal(error);
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

describe("endReason", () => {
  it("is the error of a crash of Node", () => {
    expect(endReason(`${crash(schemaError).join("\n")}\n`)).to.equal(schemaError);
  });

  it("is the problem in lines of pino", () => {
    const faults = ["MONGODB_URI: must name the database"];
    const fatal = line(60, "invalid environment variables", { faults });
    expect(endReason(`xt","msg":"the start of this line is cut off"}\n${fatal}\n`)).to.equal(
      "invalid environment variables: MONGODB_URI: must name the database",
    );
  });

  it("is the last line of another program", () => {
    expect(endReason("mongod: starting\nThe data are of MongoDB 8.0.\n")).to.equal(
      "The data are of MongoDB 8.0.",
    );
  });

  it("is unknown if the lines of pino name no problem", () => {
    expect(endReason(`${line(30, "listening")}\n${line(30, "request")}\n`)).to.equal(undefined);
    expect(endReason('ack":"…"},"msg":"uncaught error"}\n')).to.equal(undefined);
    expect(endReason("")).to.equal(undefined);
  });
});
