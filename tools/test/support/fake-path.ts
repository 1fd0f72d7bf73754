import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of programs, to be the whole PATH. */
export interface FakePath {
  readonly folder: string;
  remove(): void;
}

/** Makes a program of each of these shell scripts, by name. The scripts find the shell's own commands only. */
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
