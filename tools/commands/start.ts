import { spawn } from "node:child_process";
import { once } from "node:events";
import { terminalContext } from "../terminal/command-context.ts";
import { localOptions, serveLocally } from "../local/local-service.ts";
import { runProgram } from "../process/exit-code.ts";
import { whyLocal } from "../local/stack-or-service.ts";

// `npm start`: the whole stack where Docker is and the other programs are or can be brought, else the same service on this machine.
await runProgram(async () => {
  const why = await whyLocal(terminalContext());
  if (why === undefined) {
    process.exitCode = await npmRunUp();
    return;
  }
  console.log(why);
  await serveLocally({ ...localOptions(process.env), reload: false });
});

/** Its exit code. */
async function npmRunUp(): Promise<number> {
  // Windows' npm is a script, which only a shell can start.
  const up = spawn("npm run up", { shell: true, stdio: "inherit" });
  // Ctrl-C reaches it too, and it has things to end: this process waits for that.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => up.kill("SIGTERM"));
  const [code] = (await once(up, "exit")) as [number | null];
  return code ?? 1;
}
