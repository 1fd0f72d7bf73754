import { Command, InvalidArgumentError } from "commander";

/**
 * A command line of a script of dev/. A wrong option or argument exits with 2 and does nothing.
 * @param script as npm names it
 */
export function developerCommand(script: string, description: string): Command {
  return new Command(`npm run ${script} -w dev --`)
    .description(description)
    .showHelpAfterError(`Options: npm run ${script} -w dev -- --help`)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Reads the value of an option: a number above zero. */
export function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}

/** Reads the value of an option: a whole number, 1 or more. */
export function count(text: string): number {
  const value = positive(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

/** Reads the value of an option: whole numbers with commas between them. */
export function counts(text: string): number[] {
  return text.split(",").map(count);
}
