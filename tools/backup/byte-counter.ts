import { Transform } from "node:stream";
import { megabytes } from "../terminal/format-bytes.ts";

/**
 * Passes bytes through, and reports the count and the rate every second.
 * @param expectedBytes expected number of bytes, if known
 */
export function meter(say: (line: string) => void, expectedBytes?: number): Transform {
  let size = 0;
  let reported = { at: performance.now(), size };
  return new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      size += chunk.length;
      const at = performance.now();
      if (at - reported.at > 1000) {
        const rate = ((size - reported.size) / (at - reported.at)) * 1000;
        reported = { at, size };
        say(
          `${megabytes(size)}${expectedBytes === undefined ? "" : ` of ${megabytes(expectedBytes)}`} MB, ${megabytes(rate)} MB/s`,
        );
      }
      pass(null, chunk);
    },
  });
}
