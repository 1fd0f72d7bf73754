import { megabytes } from "../bytes.ts";
import { median } from "../bench/summary.ts";
import { Fault } from "../run.ts";

/** What was seen of the service's image. */
export interface ImageFacts {
  /** Seconds that each `docker build` took after a change of code. */
  readonly builds: readonly number[];
  /** Bytes of the layers that the Dockerfile adds to Node and its system's files, the last first. */
  readonly added: readonly number[];
  /** Bytes of everything, unpacked. */
  readonly whole: number;
}

/** What the brief that this project answers made: its Flask image, in bytes. */
const briefed = 688e6;
const goals = { added: 3e6, whole: briefed / 4, build: 10 };

/** The Dockerfile's first instruction on top of the base image. */
const first = "ENV NODE_ENV=production";

/** Arguments of the `docker` that says what {@link parseHistory} reads. */
export function historyOf(image: string): string[] {
  return ["history", "--no-trunc", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", image];
}

/**
 * Sizes of an image's layers, from what `docker history` says.
 * @throws {Fault} the Dockerfile's first instruction is not among them
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
  if (own === -1) throw new Fault(`docker history shows no "${first}" of the Dockerfile.`);
  const sizes = layers.map(({ size }) => size);
  return {
    added: sizes.slice(0, own).filter((size) => size > 0),
    whole: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** The facts beside what is aimed at. */
export function inWords({ builds, added, whole }: ImageFacts): string {
  const sum = added.reduce((total, size) => total + size, 0);
  const build = median(builds);
  return (
    `The image adds ${megabytes(sum)} MB to Node and its system's files ${judged(sum <= goals.added, "≤ 3 MB")}, in ` +
    `layers of ${added.map((size) => `${(size / 1e6).toFixed(2)} MB`).join(", ")}; the whole, unpacked, is ` +
    `${megabytes(whole)} MB ${judged(whole <= goals.whole, `≤ ${megabytes(goals.whole)} MB`)}. After a change of code ` +
    `\`docker build\` takes ${build.toFixed(1)} s ${judged(build <= goals.build, "≤ 10 s")}.`
  );
}

function judged(isReached: boolean, goal: string): string {
  return `(goal ${goal}: ${isReached ? "reached" : "**missed**"})`;
}
