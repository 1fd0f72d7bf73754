import { join, relative } from "node:path";
import { watch } from "chokidar";

/** A process of the service. */
export interface ServiceProcess {
  /** How it ended, in a few words, once it has. */
  readonly ended: Promise<string>;
  /** Ends it, and waits for that. */
  stop(): Promise<void>;
}

/** Folders of the service that it does not read, or that no editor changes. */
const ignored = ["dev", "test", "dist", "node_modules"];

/** Milliseconds without a change after which one is complete: an editor, and git even more, makes several at once. */
const settling = 100;

/**
 * Runs the service, and starts it anew when a file of its folder changes that it may have read. Node's own `--watch`
 * loses sight of a file that is replaced by another, as many editors save and git does; on Linux `--watch-path` does, too.
 */
export function reloading(start: () => ServiceProcess, folder: string): ServiceProcess {
  let current: ServiceProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();

  function run(): void {
    const service = start();
    current = service;
    void service.ended.then((how) => {
      if (service !== current) return;
      console.error(
        `The service ended (${how}): its log above says why. It starts again when its code changes.`,
      );
    });
  }
  async function end(): Promise<void> {
    const service = current;
    current = undefined;
    await service?.stop();
  }
  async function anew(path: string): Promise<void> {
    console.log(`${relative(folder, path)} has changed: the service starts anew.`);
    await end();
    run();
  }

  const watcher = watch(folder, { ignored: ignored.map((name) => join(folder, name)), ignoreInitial: true });
  watcher.on("all", (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(() => anew(path));
    }, settling);
  });
  watcher.on("error", (error) => {
    console.error(
      `Changes of the code may not be seen: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  run();

  return {
    // Without the service it waits for a change.
    ended: new Promise(() => undefined),
    async stop() {
      await watcher.close();
      clearTimeout(timer);
      await work;
      await end();
    },
  };
}
