import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where PATH has this program, without Windows' `.exe`; `undefined` where it has not. */
export function programOnPath(name: string): string | undefined {
  const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => existsSync(path) || existsSync(`${path}.exe`));
}
