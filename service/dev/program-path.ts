import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Returns the path of a program on PATH, without Windows' `.exe`, or `undefined`. */
export function programOnPath(name: string): string | undefined {
  const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => existsSync(path) || existsSync(`${path}.exe`));
}
