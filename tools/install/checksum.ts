import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Asset } from "./releases.ts";

/** A file's checksum, with the algorithm of another to compare it with. */
export async function digestLike(digest: Asset["digest"], file: string): Promise<string> {
  const [algorithm = ""] = digest.split(":");
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return `${algorithm}:${hash.digest("hex")}`;
}
