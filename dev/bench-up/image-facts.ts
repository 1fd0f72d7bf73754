import { megabytes } from "../../tools/terminal/format-bytes.ts";
import { median } from "../bench/quartiles.ts";
import type { Goal } from "../report/goal.ts";
import { UserError } from "../../tools/process/user-error.ts";

/** Measurements of the service's image. */
export interface ImageFacts {
  /** Seconds of each `docker build` after a change of code. */
  readonly builds: readonly number[];
  /**
   * Bytes of each layer that the Dockerfile adds to its base image (Node and system files), the last first.
   */
  readonly added: readonly number[];
  /** Bytes of the unpacked image. */
  readonly whole: number;
}

/** Bytes of the Flask image that this project replaces. */
const replaced = 688e6;
/** Limits in bytes, and in seconds for `build`. */
const goals = { added: 3e6, whole: replaced / 4, build: 10 };

/** The Dockerfile's first instruction on top of the base image. */
export const first = "ENV NODE_ENV=production";

/** Arguments of the `docker` command whose output {@link parseHistory} reads. */
export function historyOf(image: string): string[] {
  return ["history", "--no-trunc", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", image];
}

/**
 * Reads the sizes of an image's layers from the output of `docker history`.
 * @throws {UserError} the Dockerfile's first instruction is not in the output
 */
export function parseHistory(text: string): Pick<ImageFacts, "added" | "whole"> {
  const layers = text
    .trim()
    .split("\n")
    .map((line) => {
      const [size = "", by = ""] = line.split("\t");
      return { size: Number(size), by };
    });
  const own = layers.findIndex(({ by }) => by.startsWith(first));
  if (own === -1) throw new UserError(`docker history shows no "${first}" of the Dockerfile.`);
  const sizes = layers.map(({ size }) => size);
  return {
    added: sizes.slice(0, own).filter((size) => size > 0),
    whole: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Compares the facts with their limits. */
export function goalsOf({ builds, added, whole }: ImageFacts): Goal[] {
  const sum = added.reduce((total, size) => total + size, 0);
  const size = (bytes: number) => `${megabytes(bytes)} MB`;
  const seconds = (time: number) => `${time.toFixed(1)} s`;
  return [
    goal("image: what it adds to Node and its system's files", sum, goals.added, size),
    goal("image: the whole, unpacked", whole, goals.whole, size),
    goal("image: `docker build` after a change of code", median(builds), goals.build, seconds),
  ];
}

function goal(about: string, value: number, most: number, text: (value: number) => string): Goal {
  return { about, target: `≤ ${text(most)}`, measured: text(value), isReached: value <= most };
}
