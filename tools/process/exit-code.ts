/** Runs a program and exits: with `process.exitCode` or 0, or with 1 after the sentence of its error. */
export async function runProgram(program: () => Promise<void>): Promise<never> {
  try {
    await program();
    process.exit();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
