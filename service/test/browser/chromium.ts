import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { programOnPath } from "../../dev/program-path.ts";

const screenshots = join(import.meta.dirname, "../../../.screenshots");

/** Names of Chromium and Chrome in distributions. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Starts the Chromium of `CHROMIUM`, or one on PATH. Returns `undefined` if there is none.
 * @throws {Error} in CI without Chromium, because the tests of the page must not be skipped there
 */
export async function launchChromium(): Promise<Browser | undefined> {
  const path = process.env.CHROMIUM ?? names.map(programOnPath).find((found) => found !== undefined);
  if (path === undefined) {
    const advice = "No Chromium is on PATH. Run: apt-get install chromium, or set CHROMIUM to its path.";
    if (process.env.CI !== undefined) throw new Error(advice);
    console.log(`    The browser tests are skipped. ${advice}`);
    return undefined;
  }
  // Chromium's sandbox does not work for root, as in CI containers. The tests open only our own pages.
  return await chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0 });
}

/** Saves a screenshot of the whole page in `.screenshots/`. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
