import { markdownTable } from "markdown-table";
import { maxError, meanRatio, median } from "../bench/quartiles.ts";
import type { Goal } from "../report/goal.ts";
import { percent } from "../report/this-machine.ts";

/** Measured steps. */
export const steps = ["from nothing", "nothing to do", "change of code", "destroy"] as const;
export type Step = (typeof steps)[number];

/** Compared ways to run a step. */
export type Way = "pulumi" | "by hand" | "an empty program";

/** One measurement. */
export interface Timing {
  /** From 1 on. */
  readonly round: number;
  readonly step: Step;
  readonly way: Way;
  readonly seconds: number;
}

/**
 * The compared way, the maximum (as a factor or in seconds), and the limiting factor of a missed goal.
 */
const goals: Record<
  Step,
  { readonly other: Way; readonly limit?: string } & (
    { readonly times: number } | { readonly seconds: number }
  )
> = {
  "from nothing": {
    other: "by hand",
    times: 0.8,
    limit:
      "Most of the time, both ways wait for the same: the start of MongoDB's pod, and the next readiness probe of the " +
      "service's pods.",
  },
  "nothing to do": { other: "an empty program", times: 2.2 },
  "change of code": { other: "by hand", times: 1.2 },
  destroy: {
    other: "by hand",
    seconds: 10,
    limit:
      "`destroy` deletes MongoDB's pod, its claim, its volume, the files on the node and the namespace one after the other.",
  },
};

/** A line of the report: seconds are medians. */
export interface Row {
  readonly step: Step;
  readonly pulumi: number;
  readonly other: Way;
  readonly otherSeconds: number;
  /** Median of the ratios. */
  readonly times: number;
  /** Standard error of the ratios' mean, as a share. */
  readonly error: number;
  /** Time of Pulumi in each round, divided by the time of the other way in the same round. */
  readonly ratios: readonly number[];
  readonly goal: string;
  readonly isReached: boolean;
}

/** Compares each step, within its rounds: the machine may be slower in another round. */
export function compare(timings: readonly Timing[]): Row[] {
  const medianOf = (step: Step, way: Way, among: readonly Timing[]) =>
    median(among.filter((one) => one.step === step && one.way === way).map(({ seconds }) => seconds));
  const rounds = [...Map.groupBy(timings, ({ round }) => round).values()];
  return steps.map((step) => {
    const goal = goals[step];
    const pulumi = medianOf(step, "pulumi", timings);
    const otherSeconds = medianOf(step, goal.other, timings);
    const ratios = rounds.map((round) => medianOf(step, "pulumi", round) / medianOf(step, goal.other, round));
    const times = median(ratios);
    const { error } = meanRatio(ratios);
    const isReached = "times" in goal ? times <= goal.times : pulumi <= goal.seconds;
    const text = "times" in goal ? `≤ ${goal.times.toFixed(1)} × ${goal.other}` : `≤ ${goal.seconds} s`;
    return { step, pulumi, other: goal.other, otherSeconds, times, error, ratios, goal: text, isReached };
  });
}

/** Reasons to distrust the rows; empty if there are none. */
export function ratioDoubts(rows: readonly Row[]): string[] {
  return rows
    .filter(({ error }) => !(error <= maxError))
    .map(({ step, ratios, error, other }) => {
      const all = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
      return `${step}: ${all} × ${other}: the error is ${percent(error)} (limit ${percent(maxError)}).`;
    });
}

/** The rows as goals. */
export function goalsOf(rows: readonly Row[]): Goal[] {
  return rows.map(({ step, pulumi, times, error, goal, isReached }) => {
    const { limit, ...target } = goals[step];
    return {
      about: `\`up\` and \`destroy\`: ${step}`,
      target: goal,
      measured:
        "times" in target
          ? `${times.toFixed(2)} × ± ${percent(error)} (${pulumi.toFixed(1)} s)`
          : `${pulumi.toFixed(1)} s`,
      isReached,
      ...(limit === undefined ? {} : { limit }),
    };
  });
}

/** Whether a goal is reached, as Markdown. */
function judgement(isReached: boolean): string {
  return isReached ? "reached" : "**missed**";
}

const heads = ["", "pulumi", "compared with", "", "×", "goal", "", "all rounds of pulumi", "× of each round"];

/** Renders the rows as Markdown. */
export function markdown(rows: readonly Row[], timings: readonly Timing[]): string {
  const all = (step: Step) =>
    timings
      .filter((one) => one.step === step && one.way === "pulumi")
      .map(({ seconds }) => seconds.toFixed(1))
      .join(", ");
  const cells = rows.map(({ step, pulumi, other, otherSeconds, times, ratios, goal, isReached }) => [
    step,
    `${pulumi.toFixed(2)} s`,
    other,
    `${otherSeconds.toFixed(2)} s`,
    times.toFixed(2),
    goal,
    judgement(isReached),
    all(step),
    ratios.map((ratio) => ratio.toFixed(2)).join(", "),
  ]);
  return markdownTable([heads, ...cells]);
}
