import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { startProxy, type Proxy } from "../support/tcp-proxy.ts";
import { sharedMongoDB } from "../support/hooks.ts";
import { startService, untilStatus, type TestService } from "../support/test-service.ts";
import { launchChromium, saveScreenshot } from "./chromium.ts";

const desktop = { width: 1100, height: 800 };
const phone = { width: 360, height: 740 };

describe("the page in a browser", () => {
  let browser: Browser | undefined;
  let proxy: Proxy;
  let service: TestService;
  let consoleErrors: string[];

  before(async function () {
    browser = await launchChromium();
    if (browser === undefined) this.skip();
    const { hostname, port } = new URL((await sharedMongoDB()).uri);
    proxy = await startProxy(hostname, Number(port === "" ? 27017 : port));
    service = await startService(`mongodb://127.0.0.1:${proxy.port}`);
    service.pods = 2;
  });
  after(async () => {
    if (browser === undefined) return;
    await browser.close();
    await service.close();
    await proxy.close();
  });
  beforeEach(async () => {
    consoleErrors = [];
    await service.clear();
  });
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    // A Content-Security-Policy that is too strict causes errors in the console.
    expect(consoleErrors).to.deep.equal([]);
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    if (browser === undefined) throw new Error("no browser");
    const context = await browser.newContext({ viewport: desktop, ...options });
    await context.addInitScript({ path: join(import.meta.dirname, "in-page.js") });
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => consoleErrors.push(message));
    page.on("console", (message) => {
      // Some tests cause error answers on purpose.
      if (message.type() === "error" && !message.text().includes("Failed to load resource")) {
        consoleErrors.push(message.text());
      }
    });
    await page.goto(service.url);
    return page;
  }

  const add = async (page: Page, message: string) => {
    await page.getByLabel("Message").fill(message);
    await page.getByRole("button", { name: "Add", exact: true }).click();
  };
  const values = (page: Page) => page.locator(".documents .value").allTextContents();
  /** Waits until the page shows these values, newest first. */
  const untilShown = async (page: Page, expected: string[]) => {
    const end = Date.now() + 15_000;
    while (!isDeepStrictEqual(await values(page), expected) && Date.now() < end) await sleep(100);
    expect(await values(page)).to.deep.equal(expected);
  };

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with JavaScript, and stays on the page" : "without JavaScript";

    it(`adds and deletes with its forms ${how}`, async () => {
      const page = await open({ javaScriptEnabled });
      let loads = 0;
      page.on("framenavigated", () => loads++);
      await add(page, "First");
      await page.getByText("First").waitFor();
      await add(page, "Second");
      await page.getByText("Second").waitFor();
      expect(await values(page)).to.deep.equal(["Second", "First"]);
      expect(await page.getByLabel("Message").inputValue()).to.equal("");
      await page.getByRole("button", { name: "Delete" }).first().click();
      await page.getByText("Second").waitFor({ state: "detached" });
      expect(await values(page)).to.deep.equal(["First"]);
      expect(loads).to.equal(javaScriptEnabled ? 0 : 3);
    });
  }

  it("keeps text that is typed while a message is sent", async () => {
    const page = await open();
    const held = Promise.withResolvers<undefined>();
    await page.route("**/", async (route) => {
      if (route.request().method() === "POST") await held.promise;
      await route.continue();
    });
    const isAnswered = page.waitForResponse((response) => response.request().method() === "POST");
    await add(page, "First");
    await page.getByLabel("Message").fill("Second");
    held.resolve(undefined);
    await isAnswered;
    await page.getByText("First").waitFor();
    expect(await page.getByLabel("Message").inputValue()).to.equal("Second");
  });

  it("shows documents that other clients add and delete, without a reload", async () => {
    const page = await open();
    await service.post({ message: "before" });
    await untilShown(page, ["before"]);
    const posted = await service.post({ message: "from elsewhere" });
    await untilShown(page, ["from elsewhere", "before"]);
    await service.request(posted.headers.get("Location") ?? "", { method: "DELETE" });
    await untilShown(page, ["before"]);
  });

  it("sends no requests while it is paused, and resumes", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Pause" }).click();
    expect(await page.getByRole("status").textContent()).to.equal("Paused");
    await service.post({ message: "later" });
    await page.waitForTimeout(2500);
    expect(await values(page)).to.deep.equal([]);
    await page.getByRole("button", { name: "Resume" }).click();
    await untilShown(page, ["later"]);
  });

  it("shows script in a value as text", async () => {
    const script = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
    const page = await open();
    await add(page, script);
    await untilShown(page, [script]);
    const value = { "<script>alert(1)</script>": script };
    await service.post(value);
    await page.locator("pre.value").waitFor();
    expect(await page.locator("pre.value").textContent()).to.equal(JSON.stringify(value, undefined, 2));
    expect(await page.title()).to.equal("Hello World, from Docker and Kubernetes!");
    expect(await page.locator(".documents img, .documents script").count()).to.equal(0);
    await saveScreenshot(page, "script-is-text");
  });

  for (const javaScriptEnabled of [true, false]) {
    it(`shows that MongoDB is unavailable, keeps the typed text, and recovers, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async () => {
      const page = await open({ javaScriptEnabled });
      proxy.mode("close");
      try {
        await untilStatus(service, "/health/ready", 503);
        await add(page, "not lost");
        const alert = page.getByRole("alert").filter({ hasText: "The database is unavailable" });
        await alert.waitFor();
        await page.getByText("unavailable", { exact: true }).waitFor();
        expect(await page.getByLabel("Message").inputValue()).to.equal("not lost");
        if (javaScriptEnabled) {
          await page.getByRole("status").filter({ hasText: "MongoDB is unavailable" }).waitFor();
        }
        await saveScreenshot(page, `unavailable-${javaScriptEnabled ? "live" : "plain"}`);
      } finally {
        proxy.mode("pass");
        await untilStatus(service, "/health/ready", 200);
      }
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.locator(".documents").getByText("not lost").waitFor();
      await page.getByText("connected", { exact: true }).waitFor();
    });
  }

  it("shows that the service does not answer, and recovers", async () => {
    const page = await open();
    await page.route("**/*", (route) => route.abort());
    await page.getByText(/No answer: trying again in \d+ s/).waitFor();
    await page.unroute("**/*");
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("works with the keyboard alone, and keeps the focus", async () => {
    await service.post({ message: "old" });
    await service.post({ message: "new" });
    const page = await open();
    await page.getByLabel("Message").press("Tab");
    const focused = () => page.evaluate<{ id: string; text: string }>("pageChecks.focused()");
    expect((await focused()).text).to.equal("Add");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const { id, text } = await focused();
    expect(text).to.equal("Delete");
    await service.post({ message: "newest" });
    await untilShown(page, ["newest", "new", "old"]);
    expect((await focused()).id).to.equal(id);
    await page.keyboard.press("Enter");
    await untilShown(page, ["newest", "old"]);
    expect((await focused()).text).to.equal("Newest documents");
  });

  it("has roles and names for screen readers", async () => {
    await service.post({ message: "Hello" });
    const page = await open();
    const tree = await page.locator("body").ariaSnapshot();
    for (const line of [
      'heading "Hello World, from Docker and Kubernetes!" [level=1]',
      'heading "Newest documents" [level=2]',
      "banner",
      "main",
      "contentinfo",
      "- status: Live",
      'textbox "Message"',
      'button "Add"',
      'button "Delete the document of 20',
      "- term: MongoDB",
    ]) {
      expect(tree).to.include(line);
    }
  });

  const displays: [string, BrowserContextOptions][] = [
    ["desktop-light", { colorScheme: "light" }],
    ["desktop-dark", { colorScheme: "dark" }],
    ["phone-light", { colorScheme: "light", viewport: phone, deviceScaleFactor: 2 }],
    ["phone-dark", { colorScheme: "dark", viewport: phone, deviceScaleFactor: 2 }],
  ];
  for (const [name, options] of displays) {
    it(`fits the screen, with enough contrast: ${name}`, async () => {
      await service.post({ message: "Hello from the page's form" });
      await service.post({ name: "Ada Lovelace", born: 1815, tags: ["mathematics", "engines"] });
      await service.post({ message: `A_word_that_is_${"long_".repeat(30)}and_has_no_space` });
      const page = await open(options);
      await saveScreenshot(page, name);
      expect(await page.evaluate("pageChecks.isWide()")).to.equal(false);
      expect(await page.evaluate("pageChecks.lowContrast()")).to.deep.equal([]);
    });
  }

  it("shows that there are no documents yet", async () => {
    const page = await open();
    await page.getByText("There are no documents yet: add the first one.").waitFor();
    await saveScreenshot(page, "empty");
  });
});
