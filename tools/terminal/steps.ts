import { Listr, PRESET_TIMER } from "listr2";

/** What a step can tell while it works. */
export interface StepOutput {
  /** A line of progress. */
  readonly say: (line: string) => void;
  /** What came of it, as the step's title. */
  readonly title: (text: string) => void;
}

/** Does one step of a command, and shows its title, its progress and its time. Gives what `work` gives. */
export type Step = <T>(title: string, work: (output: StepOutput) => Promise<T> | T) => Promise<T>;

/** Steps on the terminal: one line that lives, or, where there is no terminal, each line that is said. */
export const step: Step = async (title, work) => await run(title, work, "default");

/** Steps that nobody sees. */
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
      // The fault is printed whole at the end of the command: here is its last line.
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
    // Ctrl-C is left to the work itself, which may have something to end.
    registerSignalListeners: false,
  });
  await list.run();
  if (value === undefined) throw new Error(`${title}: has not begun`);
  return await value;
}
