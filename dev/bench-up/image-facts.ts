import { megabytes } from "../../tools/terminal/format-bytes.ts";
import { median } from "../bench/quartiles.ts";
import type { Goal } from "../report/goal.ts";
import { UserError } from "../../tools/process/user-error.ts";

/** What was seen of the service's image. */
export interface ImageFacts {
  /** Seconds that each `docker build` took after a change of code. */
  readonly builds: readonly number[];
  /** Bytes of the layers that the Dockerfile adds to Node and its system's files, the last first. */
  readonly added: readonly number[];
  /** Bytes of everything, unpacked. */
  readonly whole: number;
}

/** Bytes of the Flask image that this project is to replace. */
const replaced = 688e6;
/** Bytes, and seconds. */
const goals = { added: 3e6, whole: replaced / 4, build: 10 };

/** The Dockerfile's first instruction on top of the base image. */
export const first = "ENV NODE_ENV=production";

/** Arguments of the `docker` that says what {@link parseHistory} reads. */
export function historyOf(image: string): string[] {
  return ["history", "--no-trunc", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", image];
}

/**
 * Sizes of an image's layers, from what `docker history` says.
 * @throws {UserError} the Dockerfile's first instruction is not among them
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

/** The facts, compared with what they may be. */
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
