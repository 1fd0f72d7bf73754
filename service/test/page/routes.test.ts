import { expect } from "chai";
import { expectProblem } from "../support/problem.ts";
import { startService, type TestService } from "../support/service.ts";

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

  it("GET answers HTML with the greeting, the time, the pod and MongoDB's version and state", async () => {
    const response = await service.request("/");
    const html = await response.text();
    expect(response.headers.get("Content-Type")).to.equal("text/html; charset=utf-8");
    expect(html).to.include("<h1>Hello World, from Docker and Kubernetes!</h1>");
    expect(html).to.include("pod-&lt;1&gt;").and.not.include("pod-<1>");
    expect(html).to.match(/connected, version \d+\.\d+\.\d+/);
    const time = /<dt>Time<\/dt><dd><time datetime="(.+?)">/.exec(html)?.[1] ?? "";
    expect(Date.parse(time)).to.be.closeTo(Date.now(), 5000);
  });

  it("forbids scripts and everything from elsewhere", async () => {
    const policy = (await service.request("/")).headers.get("Content-Security-Policy");
    expect(policy).to.match(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/);
  });

  it("shows the newest documents, and values as text", async () => {
    await service.post({ "<b>key</b>": "<script>alert(1)</script>" });
    const html = await page();
    expect(html).to.include("&lt;b&gt;key&lt;/b&gt;").and.include("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.to.include("<script>");
  });

  it("POST adds a document and leads back to the page", async () => {
    const response = await send("message=Tea+%26+cake");
    expect(response.status).to.equal(303);
    expect(response.headers.get("Location")).to.equal("/");
    const [document] = (await (await service.request("/data")).json()) as Record<string, unknown>[];
    expect(document).to.include({ message: "Tea & cake" });
    expect(await page()).to.include("Tea &amp; cake");
  });

  it("POST of nothing answers 422 and says so on the page", async () => {
    const response = await send("message=+");
    expect(response.status).to.equal(422);
    expect(await response.text()).to.include('<p class="bad" role="alert">Write a message first.</p>');
  });

  const elsewhere = [
    { "Sec-Fetch-Site": "cross-site" },
    { Origin: "http://example.com" },
    { Origin: "null" },
  ];
  for (const headers of elsewhere) {
    it(`POST with ${JSON.stringify(headers)} answers 403 and stores nothing`, async () => {
      await expectProblem(await send("message=x", headers), 403, "cross_site_form");
      expect(await (await service.request("/data")).json()).to.deep.equal([]);
    });
  }

  it("POST from the page itself is taken", async () => {
    for (const headers of [{ "Sec-Fetch-Site": "same-origin" }, { Origin: service.url }]) {
      expect((await send("message=x", headers)).status).to.equal(303);
    }
  });

  it("POST of JSON answers 415", async () => {
    const response = await send("{}", { "Content-Type": "application/json" });
    await expectProblem(response, 415, "unsupported_media_type");
  });
});
