import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "chai";
import mongoose from "mongoose";
import { createRouter, type AppDeps } from "../../app.ts";
import { mongoTimeouts } from "../../mongodb/mongodb-connection.ts";
import { contract } from "../support/openapi-contract.ts";
import { startService } from "../support/test-service.ts";

const service = join(import.meta.dirname, "../..");
const methods = ["get", "post", "put", "patch", "delete"];

describe("the OpenAPI document", () => {
  it("is OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(contract));
    expect(valid, JSON.stringify(errors)).to.equal(true);
    expect(contract.openapi).to.equal("3.1.0");
  });

  it("is served at /openapi.json", async () => {
    const running = await startService();
    try {
      const response = await running.request("/openapi.json");
      expect(response.headers.get("Content-Type")).to.equal("application/json; charset=utf-8");
      expect(await response.json()).to.deep.equal(JSON.parse(JSON.stringify(contract)));
    } finally {
      await running.close();
    }
  });

  it("has exactly the routes of the router", () => {
    const documented = Object.entries(contract.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((key) => methods.includes(key))
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    // The test only creates the routes, and calls none.
    const database = { connection: mongoose.createConnection(), timeouts: mongoTimeouts(2000) };
    const routes = createRouter({ database } as AppDeps).stack.flatMap(({ methods: routeMethods, path }) =>
      routeMethods
        .filter((method) => method !== "HEAD")
        .map((method) => `${method} ${String(path).replace(/:(\w+)/g, "{$1}")}`),
    );
    expect(documented).to.have.members(routes);
  });

  it("has exactly the problem codes of the source", () => {
    const documented = [...JSON.stringify(contract).matchAll(/"code":\{"enum":\[(.+?)\]/g)].flatMap(
      ([, list = ""]) => list.replaceAll('"', "").split(","),
    );
    expect(new Set(documented)).to.deep.equal(new Set([...codesOfJson()]));
  });

  it("has exactly the codes that docs/service.md lists", () => {
    const page = readFileSync(join(service, "../docs/service.md"), "utf8");
    const [, table = ""] = /^\| status .*\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const listed = [...table.matchAll(/`([a-z]+(?:_[a-z0-9]+)*)`/g)].map(([, code = ""]) => code);
    expect(listed.filter((code) => code !== "errors")).to.have.members([...codesOfJson()]);
  });
});

/** Error codes of the page's forms, which are shown on the page and never sent as JSON. */
const onPage = ["message_missing", "invalid_id"];

/** Codes of all problems in the service's source that are sent as JSON. */
function codesOfJson(): Set<string> {
  const others = ["dev", "dist", "node_modules", "test"].map((folder) => `${folder}/**`);
  const sources = globSync("{*.ts,*/*.ts}", { cwd: service, exclude: others });
  const codePattern = /(?:new Problem\(\s*\w+|closing\(\s*\d+|unavailable\(),?\s*"(\w+)"/g;
  const codes = sources.flatMap((file) =>
    [...readFileSync(join(service, file), "utf8").matchAll(codePattern)].map(([, code = ""]) => code),
  );
  return new Set(codes.filter((code) => !onPage.includes(code)));
}
