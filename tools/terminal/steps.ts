import { Listr, PRESET_TIMER } from "listr2";

/** Output of a running step. */
export interface StepOutput {
  /** Prints a progress line. */
  readonly say: (line: string) => void;
  /** Replaces the step's title, usually with the result. */
  readonly title: (text: string) => void;
}

/** Runs one step of a command, and shows its title, progress and duration. Returns the result of `work`. */
export type Step = <T>(title: string, work: (output: StepOutput) => Promise<T> | T) => Promise<T>;

/** Steps on the terminal: one updating line, or without a terminal each progress line. */
export const step: Step = async (title, work) => await run(title, work, "default");

/** Steps without output, for tests. */
export const silentStep: Step = async (title, work) => await run(title, work, "silent");

async function run<T>(
  title: string,
  work: (output: StepOutput) => Promise<T> | T,
  renderer: "default" | "silent",
): Promise<T> {
  let value: Promise<T> | undefined;
  const task = {
    title,
    task: async (_context: unknown, shown: { title: string; output: string }) => {
      const output: StepOutput = {
        say: (line) => (shown.output = line),
        title: (text) => (shown.title = text),
      };
      value = (async () => await work(output))();
      // The command prints the whole error at its end, so print only the last line here.
      await value.catch((error: unknown) => {
        throw new Error(
          String(error instanceof Error ? error.message : error)
            .split("\n")
            .at(-1),
        );
      });
    },
  };
  const list = new Listr([task], {
    renderer,
    rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false },
    fallbackRendererOptions: { timer: PRESET_TIMER },
    exitOnError: false,
    // The work handles Ctrl-C itself, because it may have to clean up.
    registerSignalListeners: false,
  });
  await list.run();
  if (value === undefined) throw new Error(`${title}: did not start`);
  return await value;
}
