// Plain JavaScript, so that older versions of Node can read it. Exits with one message if Node can't run TypeScript.
import { spawnSync } from "node:child_process";
import { fileURLToPath, URL } from "node:url";

const least = 24;
const { node: version } = process.versions;

if (Number(version.split(".")[0]) < least) {
  const bundled = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  const fix =
    spawnSync(bundled, ["--version"]).status === 0
      ? "The project has its own Node, which `npm run` uses: npm run up"
      : "Install it: https://nodejs.org/en/download. On macOS, and on Linux with glibc, " +
        "`npm ci` without --ignore-scripts and --omit=optional installs it for this project only.";
  process.stderr.write(`Node ${least} or newer is needed, and this is ${version}. ${fix}\n`);
  process.exit(1);
}
