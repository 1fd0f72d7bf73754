import { expect } from "chai";
import { expectProblem } from "../support/expect-problem.ts";
import { startService, type TestService } from "../support/test-service.ts";

describe("/", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  beforeEach(() => service.clear());
  after(() => service.close());

  const page = async () => (await service.request("/")).text();
  const send = (body: string, headers = {}) => {
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    return service.request("/", { method: "POST", body, headers: { ...type, ...headers } });
  };

  it("GET answers HTML with the greeting, the time, the pod, its uptime and version, and MongoDB", async () => {
    const response = await service.request("/");
    const html = await response.text();
    expect(response.headers.get("Content-Type")).to.equal("text/html; charset=utf-8");
    expect(html).to.include("<h1>Hello World, from Docker and Kubernetes!</h1>");
    expect(html).to.include("pod-&lt;1&gt;").and.not.include("pod-<1>");
    expect(html).to.match(/<dd>up \d+ (d|h|min|s)( \d+ (h|min|s))?, version 1\.2\.3<\/dd>/);
    expect(html).to.match(/connected<\/span><\/dd>\n<dd>version \d+\.\d+\.\d+/);
    expect(html).to.match(/round trip \d+\.\d ms/);
    const time = /answered at <time datetime="(.+?)">/.exec(html)?.[1] ?? "";
    expect(Date.parse(time)).to.be.closeTo(Date.now(), 5000);
  });

  it("forbids inline code and other origins, and has neither", async () => {
    const response = await service.request("/");
    expect(response.headers.get("Content-Security-Policy")).to.equal(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    const html = await response.text();
    expect(html).not.to.match(/<style|style=|<script>|\son\w+=|https?:/);
    const loaded = [...html.matchAll(/(?:src|rel="\w+" href)="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(loaded).to.have.members(["/assets/page.svg", "/assets/page.css", "/assets/page.js"]);
    for (const path of loaded) {
      const file = await service.request(path);
      expect(file.status, path).to.equal(200);
      expect(file.headers.get("Cache-Control"), path).to.equal("public, max-age=600");
    }
  });

  it("shows the number of ready pods if the number is known", async () => {
    expect(await page()).not.to.include("Replicas");
    service.pods = 3;
    expect(await page()).to.match(/<dt>Replicas<\/dt>\n<dd class="main">3<\/dd>\n<dd>pods are ready/);
    service.pods = undefined;
  });

  it("closes the connection, so that another pod may answer the next request", async () => {
    expect((await service.request("/")).headers.get("Connection")).to.equal("close");
  });

  it("shows the newest documents, and values as text", async () => {
    await service.post({ "<b>key</b>": "<script>alert(1)</script>" });
    const html = await page();
    expect(html).to.include("&lt;b&gt;key&lt;/b&gt;").and.include("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.to.include("<script>");
  });

  it("POST adds a document and redirects to the page", async () => {
    const response = await send("message=Tea+%26+cake");
    expect(response.status).to.equal(303);
    expect(response.headers.get("Location")).to.equal("/");
    const [document] = (await (await service.request("/data")).json()) as Record<string, unknown>[];
    expect(document).to.include({ message: "Tea & cake" });
    expect(await page()).to.include("Tea &amp; cake");
  });

  it("POST accepts a byte order mark before the form, and any spelling of UTF-8", async () => {
    const type = { "Content-Type": 'application/x-www-form-urlencoded; charset="UTF8"' };
    expect((await send("\uFEFFmessage=Tea", type)).status).to.equal(303);
    expect(await page()).to.include("Tea");
  });

  it("POST of an empty message answers 422, with an error on the page", async () => {
    const response = await send("message=+");
    expect(response.status).to.equal(422);
    expect(await response.text()).to.include('role="alert">The message is empty: write a message.</p>');
  });

  it("POST /delete deletes a document and redirects to the page, also if it does not exist", async () => {
    await service.post({ message: "old" });
    const [, id = ""] = /name="id" value="(\w+)"/.exec(await page()) ?? [];
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    for (const body of [`id=${id}`, `id=${id}`]) {
      const response = await service.request("/delete", { method: "POST", body, headers: type });
      expect([response.status, response.headers.get("Location")]).to.deep.equal([303, "/"]);
    }
    expect(await page()).to.include("There are no documents yet");
    for (const body of ["id=x", "id=", ""]) {
      const response = await service.request("/delete", { method: "POST", body, headers: type });
      expect(response.status).to.equal(422);
      expect(await response.text()).to.include(
        'role="alert">The id is invalid: the id of a document has 24 hex digits.</p>',
      );
    }
    const foreign = {
      method: "POST",
      body: `id=${id}`,
      headers: { ...type, "Sec-Fetch-Site": "cross-site" },
    };
    await expectProblem(await service.request("/delete", foreign), 403, "cross_site_form");
  });

  const otherSites = [
    { "Sec-Fetch-Site": "cross-site" },
    { Origin: "http://example.com" },
    { Origin: "null" },
  ];
  for (const headers of otherSites) {
    it(`POST with ${JSON.stringify(headers)} answers 403 and stores nothing`, async () => {
      await expectProblem(await send("message=x", headers), 403, "cross_site_form");
      expect(await (await service.request("/data")).json()).to.deep.equal([]);
    });
  }

  it("POST from the page itself is accepted", async () => {
    for (const headers of [{ "Sec-Fetch-Site": "same-origin" }, { Origin: service.url }]) {
      expect((await send("message=x", headers)).status).to.equal(303);
    }
  });

  it("POST of JSON answers 415", async () => {
    const response = await send("{}", { "Content-Type": "application/json" });
    await expectProblem(response, 415, "unsupported_media_type");
  });
});
