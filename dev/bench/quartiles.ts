/** A figure that summarizes many rounds. */
export interface Estimate {
  readonly value: number;
  /** Interquartile range, as a share of the value. */
  readonly spread: number;
}

/** Estimates a figure that noise increases. */
export function lowerQuartile(values: readonly number[]): Estimate {
  return quartile(values, 0.25);
}

/** Estimates a figure that noise decreases. */
export function upperQuartile(values: readonly number[]): Estimate {
  return quartile(values, 0.75);
}

function quartile(values: readonly number[], share: number): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const value = quantile(sorted, share);
  return { value, spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / value };
}

/** The middle value, or the lower one of two middle values. NaN for an empty list. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** A mean with its standard error, as a share of the mean. */
export interface Mean {
  readonly value: number;
  readonly error: number;
}

/** Maximum standard error of a factor, as a share. With a larger one, a goal of 1.12 would mean nothing. */
export const maxError = 0.1;

/**
 * Geometric mean of the ratios between the quartiles. In a normal distribution, the range between the quartiles is 1.35
 * standard deviations. NaN for an empty list.
 */
export function meanRatio(ratios: readonly number[]): Mean {
  const logs = ratios.filter((ratio) => ratio > 0 && ratio < Infinity).map(Math.log);
  const sorted = logs.toSorted((a, b) => a - b);
  const left = Math.floor(sorted.length / 4);
  const middle = sorted.slice(left, sorted.length - left);
  const range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return {
    value: Math.exp(middle.reduce((sum, log) => sum + log, 0) / middle.length),
    error: range / 1.35 / Math.sqrt(sorted.length),
  };
}

/** Interpolates linearly between two values. NaN for an empty list. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? NaN) - low);
}
