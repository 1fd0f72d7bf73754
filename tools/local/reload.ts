import { join, relative } from "node:path";
import { watch } from "chokidar";

/** A process of the service. */
export interface ServiceProcess {
  /** How the process ended, in a few words. Fulfilled when the process ends. */
  readonly ended: Promise<string>;
  /** Stops the process, and waits for its end. */
  stop(): Promise<void>;
}

/** Folders that the service doesn't read at run time, or that no editor changes. */
const ignored = ["dev", "test", "dist", "node_modules"];

/** Milliseconds without further changes before a restart: editors and git change several files in a row. */
const settleMs = 100;

/**
 * Runs the service, and restarts it when a file in its folder changes. Node's own `--watch` loses files that are
 * replaced, as many editors and git do. On Linux, `--watch-path` has the same problem.
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
        `The service ended (${how}): its log above says why. The service restarts when its code changes.`,
      );
    });
  }
  async function end(): Promise<void> {
    const service = current;
    current = undefined;
    await service?.stop();
  }
  async function restart(path: string): Promise<void> {
    console.log(`${relative(folder, path)} has changed: restarting the service.`);
    await end();
    run();
  }

  const watcher = watch(folder, { ignored: ignored.map((name) => join(folder, name)), ignoreInitial: true });
  watcher.on("all", (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(() => restart(path));
    }, settleMs);
  });
  watcher.on("error", (error) => {
    console.error(
      `Changes of the code may go unnoticed: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  run();

  return {
    // After the service has ended, wait for a change of the code.
    ended: new Promise(() => undefined),
    async stop() {
      await watcher.close();
      clearTimeout(timer);
      await work;
      await end();
    },
  };
}
