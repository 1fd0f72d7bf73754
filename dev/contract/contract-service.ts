import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startMongoDB } from "../../service/dev/embedded-mongodb.ts";
import { freePort, untilListening } from "../../service/dev/free-port.ts";
import { UserError } from "../../tools/process/user-error.ts";

const main = join(import.meta.dirname, "../../service/main.ts");

/** The service with its own port and database. */
export interface LocalService {
  readonly url: string;
  /** Number of answers in the service's log, by status. */
  readonly answers: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

/** Starts the service with an embedded MongoDB, both for one run. */
export async function startLocalService(): Promise<LocalService> {
  const mongo = await startMongoDB();
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: "127.0.0.1",
      MONGODB_URI: mongo.process ? `${mongo.uri}/app` : mongo.uri,
      // The service logs health checks at this level.
      LOG_LEVEL: "debug",
      DRAIN_MS: "0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGTERM");
  process.on("exit", kill);
  const died = new AbortController();
  child.on("exit", () => {
    died.abort(new UserError("The service ended."));
  });
  const answers = new Map<number, number>();
  createInterface(child.stdout).on("line", (line) => {
    const { msg, status } = JSON.parse(line) as { msg?: string; status?: number };
    if (status === undefined || !["request", "request rejected"].includes(msg ?? "")) return;
    answers.set(status, (answers.get(status) ?? 0) + 1);
  });
  await untilListening(port, died.signal);

  return {
    url: `http://127.0.0.1:${port}`,
    answers,
    async close() {
      process.off("exit", kill);
      if (child.exitCode === null) {
        kill();
        await once(child, "exit");
      }
      await mongo.close();
    },
  };
}
