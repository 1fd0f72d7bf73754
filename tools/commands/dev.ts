import { localOptions, serveLocally } from "../local/local-service.ts";
import { runProgram } from "../process/exit-code.ts";

// `npm run dev`: the service with an embedded MongoDB, started anew when its code changes.
await runProgram(() => serveLocally({ ...localOptions(process.env), reload: true }));
