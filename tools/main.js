// What npm's scripts start. Plain JavaScript, so that an older Node, too, can read it and say what is wrong.
import "./node-version.js";

const { exitCodeOf } = await import("./process/run-program.ts");

// cli.ts ends with its own exit code, unless its packages are missing.
const code = await exitCodeOf(async () => void (await import("./cli.ts")));
if (code !== 0) process.exitCode = code;
