import { expect } from "chai";
import { lookupAs } from "../../http/url-answer.ts";
import { createClient } from "../../traffic/http-client.ts";
import { answering } from "../support/answering-server.ts";

describe("the load's HTTP client", () => {
  it("finds a host that no DNS knows, at the address that the caller passes", async () => {
    const server = await answering(200, { found: true });
    const url = server.url.replace("127.0.0.1", "app.modes.example");
    const client = createClient(url, { connections: 1, host: { lookup: lookupAs("127.0.0.1") } });
    try {
      const { status, json } = await client.send({ method: "GET", path: "/" });
      expect({ status, json }).to.deep.equal({ status: 200, json: { found: true } });
    } finally {
      client.close();
      server.close();
    }
  });
});
