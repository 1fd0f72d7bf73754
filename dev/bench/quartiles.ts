/** A figure that stands for many rounds. */
export interface Estimate {
  readonly value: number;
  /** How far apart the middle half of the rounds is, as a share of the value. */
  readonly spread: number;
}

/** For what noise makes larger. */
export function lowerQuartile(values: readonly number[]): Estimate {
  return quartile(values, 0.25);
}

/** For what noise makes smaller. */
export function upperQuartile(values: readonly number[]): Estimate {
  return quartile(values, 0.75);
}

function quartile(values: readonly number[], share: number): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const value = quantile(sorted, share);
  return { value, spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / value };
}

/** The middle one; of an even number the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** Between two values in proportion; NaN of none. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? NaN) - low);
}
