import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../tools/process/user-error.ts";
import { chartFile, fileOf, writeFigures, type Figures, type Source } from "./performance-page.ts";

/** Figures to save, and their destination. */
export interface Saving<F extends Figures> {
  readonly source: Source;
  readonly figures: F;
  /** As SVG. @default none */
  readonly chart?: string;
  /** Reasons to distrust the figures. */
  readonly doubts: readonly string[];
  /** Whether to write the page, too. */
  readonly isPage: boolean;
}

/**
 * Saves figures in `.bench`, and in the page if they can be trusted.
 * @param project the project's folder
 * @param print @default standard output
 * @throws {UserError} the page should be written, but there are doubts
 */
export async function saveFigures<F extends Figures>(
  project: string,
  { source, figures, chart, doubts, isPage }: Saving<F>,
  print: (line: string) => void = console.log,
): Promise<void> {
  const scratch = join(project, ".bench");
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, fileOf(source)), `${JSON.stringify({ ...figures, doubts }, undefined, 2)}\n`);
  if (chart !== undefined) await writeFile(join(scratch, chartFile), chart);
  print(`written: ${scratch}`);
  if (doubts.length > 0) {
    const list = doubts.map((doubt) => `\n- ${doubt}`).join("");
    const sentence = `Don't trust these figures:${list}\nRepeat the measurement on an idle machine.`;
    if (isPage) throw new UserError(`docs/performance.md is unchanged. ${sentence}`);
    print(sentence);
  }
  if (!isPage) return;
  const docs = join(project, "docs");
  await writeFigures(docs, source, figures);
  if (chart !== undefined) await writeFile(join(docs, chartFile), chart);
  print(`written: ${docs}`);
}
