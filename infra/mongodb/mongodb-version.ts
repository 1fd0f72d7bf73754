/** The oldest supported MongoDB: the first series with `mongosh` in its image that MongoDB still maintains. */
export const minMajor = 7;

/** File in MongoDB's data directory that holds the newest series that has run on the data, such as `8.0`. */
export const seriesFile = ".mongodb-series";

/** MongoDB's version, as far as an image's tag contains it. */
export interface ImageVersion {
  readonly major: number;
  /** Missing for a tag such as `mongo:8`. */
  readonly minor?: number;
}

/**
 * The MongoDB version of an image with the official name, in any registry: `mirror.example/mongo:8.0.15` is 8.0.
 * Undefined if there is only a digest, or if the image has another name and perhaps other version numbers.
 */
export function versionOf(image: string): ImageVersion | undefined {
  // Reads the part after the last slash, because a registry's port has a colon, too.
  const tag = /^mongo:(\d+)(?:\.(\d+))?/.exec(image.split("@")[0]?.split("/").at(-1) ?? "");
  if (tag === null) return undefined;
  const [major, minor] = [Number(tag[1]), tag[2]];
  return minor === undefined ? { major } : { major, minor: Number(minor) };
}

/** A version's name in messages. */
export function nameOf({ major, minor }: ImageVersion): string {
  return `MongoDB ${minor === undefined ? major : `${major}.${minor}`}`;
}

/**
 * Whether the first version is of an older series than the second. False if a missing minor version leaves that
 * open.
 */
export function isOlder(one: ImageVersion, two: ImageVersion): boolean {
  return newestNumber(one) < numberOf(two.major, two.minor ?? 0);
}

/**
 * The number of the newest series that a version may be of: 8002 for 8.2, 8999 for 8. Series compare by these
 * numbers.
 */
export function newestNumber({ major, minor }: ImageVersion): number {
  return numberOf(major, minor ?? 999);
}

function numberOf(major: number, minor: number): number {
  return major * 1000 + minor;
}

/**
 * A shell expression for the number of a series such as `8.2`. Only the node and MongoDB's pod can read
 * {@link seriesFile}, and neither has Node. `number` in set-users.sh repeats this line, because mongod's version is
 * known only at run time.
 */
export function shellNumber(variable: string): string {
  return `$((\${${variable}%.*} * 1000 + \${${variable}#*.}))`;
}
