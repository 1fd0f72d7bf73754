import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with programs, used as the whole PATH. */
export interface FakePath {
  readonly folder: string;
  remove(): void;
}

/** Creates a program from each script, by name. The scripts can use only commands of the shell itself. */
export function fakePath(scripts: Record<string, string>): FakePath {
  const folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-path-"));
  for (const [name, script] of Object.entries(scripts)) {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  return {
    folder,
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
