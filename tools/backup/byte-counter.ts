import { Transform } from "node:stream";
import { megabytes } from "../terminal/format-bytes.ts";

/**
 * Passes bytes through, and reports the count and the rate every second.
 * @param whole expected number of bytes, if known
 */
export function meter(say: (line: string) => void, whole?: number): Transform {
  let size = 0;
  let told = { at: performance.now(), size };
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      size += chunk.length;
      const at = performance.now();
      if (at - told.at > 1000) {
        const rate = ((size - told.size) / (at - told.at)) * 1000;
        told = { at, size };
        say(
          `${megabytes(size)}${whole === undefined ? "" : ` of ${megabytes(whole)}`} MB, ${megabytes(rate)} MB/s`,
        );
      }
      pass(null, chunk);
    },
  });
}
