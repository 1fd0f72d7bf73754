import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProjectCopy } from "../../tools/test/support/project-copy.ts";
import { UserError } from "../../tools/process/user-error.ts";

const file = "service/page/page-view.ts";

/** The service's code, which changes before each image, because Docker takes an unchanged image from its cache. */
export class Code {
  readonly #project: ProjectCopy;
  #greeting = "Hello World";

  constructor(project: ProjectCopy) {
    this.#project = project;
  }

  /** Changes the greeting of the page to a new one. Docker's cache also has the images of earlier runs. */
  async change(): Promise<void> {
    const greeting = `Hello ${randomUUID()}`;
    await this.#project.replace(file, this.#greeting, greeting);
    this.#greeting = greeting;
  }

  /**
   * Waits until a new connection gets the greeting.
   * @throws {UserError} no greeting within a minute
   */
  async untilServed(url: string): Promise<void> {
    const end = performance.now() + 60_000;
    while (!(await page(url)).includes(this.#greeting)) {
      if (performance.now() > end)
        throw new UserError(`${url} does not show "${this.#greeting}" after a minute.`);
      await sleep(20);
    }
  }
}

async function page(url: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(2000);
    return await (await fetch(url, { headers: { Connection: "close" }, signal })).text();
  } catch {
    return "";
  }
}
