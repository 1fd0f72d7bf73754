/** The oldest MongoDB that the stack runs: the first with `mongosh` in its image that MongoDB still maintains. */
export const leastMajor = 7;

/** The file in MongoDB's data directory with the series of the newest MongoDB that has run on it, such as `8.0`. */
export const seriesFile = ".mongodb-series";

/** A MongoDB's version, as far as an image's tag tells. */
export interface ImageVersion {
  readonly major: number;
  /** Missing in a tag such as `mongo:8`. */
  readonly minor?: number;
}

/**
 * The MongoDB in an image of the official name, wherever it is: `mirror.example/mongo:8.0.15` is 8.0. Undefined where the
 * tag does not tell: there is only a digest, or the image has another name and may have versions of its own.
 */
export function versionOf(image: string): ImageVersion | undefined {
  // After the last slash, because a registry has a port.
  const tag = /^mongo:(\d+)(?:\.(\d+))?/.exec(image.split("@")[0]?.split("/").at(-1) ?? "");
  if (tag === null) return undefined;
  const [major, minor] = [Number(tag[1]), tag[2]];
  return minor === undefined ? { major } : { major, minor: Number(minor) };
}
