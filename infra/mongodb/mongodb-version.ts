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

/** A version as a message names it. */
export function nameOf({ major, minor }: ImageVersion): string {
  return `MongoDB ${minor === undefined ? major : `${major}.${minor}`}`;
}

/** Whether a version is of an older series than another. False where one of them does not tell. */
export function isOlder(one: ImageVersion, two: ImageVersion): boolean {
  return newestNumber(one) < numberOf(two.major, two.minor ?? 0);
}

/** The number of the newest series that a version may be of: 8002 for 8.2, 8999 for 8. Series compare by their numbers. */
export function newestNumber({ major, minor }: ImageVersion): number {
  return numberOf(major, minor ?? 999);
}

function numberOf(major: number, minor: number): number {
  return major * 1000 + minor;
}

/**
 * The same number of a series such as `8.2` in a shell's variable. Only the node and MongoDB's pod can read
 * {@link seriesFile}, and neither has Node. `number` in set-users.sh, which knows mongod's version at run time only, is
 * this line, too.
 */
export function shellNumber(variable: string): string {
  return `$((\${${variable}%.*} * 1000 + \${${variable}#*.}))`;
}
