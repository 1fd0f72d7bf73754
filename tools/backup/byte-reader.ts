/** Returns `size` bytes, or undefined at the end of the source. Rejects with `cutOff()` if the source ends earlier. */
export type ReadBytes = (size: number) => Promise<Buffer | undefined>;

/** Reads pieces of any size from a stream of chunks. */
export function byteReader(source: AsyncIterable<Buffer>, incomplete: () => Error): ReadBytes {
  const chunks = source[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  return async (size) => {
    const parts: Buffer[] = [];
    for (let missing = size; missing > 0;) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) {
          if (missing === size) return undefined;
          throw incomplete();
        }
        chunk = next.value;
      }
      const part = chunk.subarray(0, missing);
      parts.push(part);
      chunk = chunk.subarray(part.length);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  };
}
