import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { programOnPath } from "../../dev/program-path.ts";

const screenshots = join(import.meta.dirname, "../../../.screenshots");

/** Names of Chromium and its kin, as distributions call them. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Starts the Chromium of this machine: `CHROMIUM`, or one on PATH; `undefined` where there is none.
 * @throws {Error} in CI, where the tests of the page must not be left out in silence
 */
export async function launchChromium(): Promise<Browser | undefined> {
  const path = process.env.CHROMIUM ?? names.map(programOnPath).find((found) => found !== undefined);
  if (path === undefined) {
    const sentence = "There is no Chromium on PATH: apt-get install chromium, or set CHROMIUM to its path.";
    if (process.env.CI !== undefined) throw new Error(sentence);
    console.log(`    The tests in a browser are left out. ${sentence}`);
    return undefined;
  }
  // Root, as containers of CI have it, can't have Chromium's sandbox; the pages are our own.
  return await chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0 });
}

/** Keeps a picture of the whole page, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
