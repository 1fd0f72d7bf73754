import { megabytes } from "../../tools/terminal/format-bytes.ts";
import { median } from "../bench/quartiles.ts";
import type { Goal } from "../report/goal.ts";
import { UserError } from "../../tools/process/user-error.ts";

/** Measurements of the service's image. */
export interface ImageFacts {
  /** Seconds of each `docker build` after a change of code. */
  readonly buildSeconds: readonly number[];
  /**
   * Bytes of each layer that the Dockerfile adds to its base image (Node and system files), the last first.
   */
  readonly addedBytes: readonly number[];
  /** Bytes of the unpacked image. */
  readonly totalBytes: number;
}

/** Bytes of the Flask image that this project replaces. */
const replaced = 688e6;
/** Limits in bytes, and in seconds for `build`. */
const goals = { addedBytes: 3e6, totalBytes: replaced / 4, build: 10 };

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
export function parseHistory(text: string): Pick<ImageFacts, "addedBytes" | "totalBytes"> {
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
    addedBytes: sizes.slice(0, own).filter((size) => size > 0),
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Compares the facts with their limits. */
export function goalsOf({ buildSeconds, addedBytes, totalBytes }: ImageFacts): Goal[] {
  const sum = addedBytes.reduce((total, size) => total + size, 0);
  const size = (bytes: number) => `${megabytes(bytes)} MB`;
  const seconds = (time: number) => `${time.toFixed(1)} s`;
  return [
    goal("image: size added to the base image", sum, goals.addedBytes, size),
    goal("image: unpacked size", totalBytes, goals.totalBytes, size),
    goal("image: `docker build` after a change of code", median(buildSeconds), goals.build, seconds),
  ];
}

function goal(about: string, value: number, limit: number, text: (value: number) => string): Goal {
  return { about, target: `≤ ${text(limit)}`, measured: text(value), isReached: value <= limit };
}
