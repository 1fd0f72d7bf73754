// Entry of the npm scripts. Plain JavaScript, so that older versions of Node can read it and report their version.
import "./node-version.js";

const { exitCodeOf } = await import("./process/run-program.ts");

// cli.ts sets its own exit code, unless its packages are missing.
const code = await exitCodeOf(async () => void (await import("./cli.ts")));
if (code !== 0) process.exitCode = code;
