import { localOptions, serveLocally } from "./local.ts";
import { runProgram } from "./run-program.ts";

// `npm run dev`: the service with an embedded MongoDB, started anew when its code changes.
await runProgram(() => serveLocally({ ...localOptions(process.env), reload: true }));
