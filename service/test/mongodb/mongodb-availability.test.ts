import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { mongo } from "mongoose";
import { watchAvailability, type Availability } from "../../mongodb/mongodb-availability.ts";
import { writeAfterEnd } from "../support/ended-connection.ts";

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const never = () => new Promise<never>(() => undefined);

describe("watchAvailability", () => {
  const open: Availability[] = [];
  const watch = (timeoutMs: number) => {
    const availability = watchAvailability(timeoutMs);
    open.push(availability);
    return availability;
  };
  afterEach(() => {
    for (const availability of open.splice(0)) availability.close();
  });

  const serverError = (number: number) => new mongo.MongoServerError({ code: number, message: "no" });
  for (const [what, error] of [
    ["a missing file", serverError(8)],
    ["a full disk", serverError(14031)],
    ["a primary that has stepped down", serverError(189)],
    ["a server that shuts down", serverError(91)],
  ] as const) {
    it(`treats ${what} as an unavailable MongoDB`, async () => {
      expect(await code(watch(5000).operation(() => Promise.reject(error)))).to.equal("database_unavailable");
    });
  }

  it("treats a connection that MongoDB has just closed as an unavailable MongoDB", async () => {
    const error = await writeAfterEnd();
    expect(error).to.include({ code: "EPIPE" });
    expect(await code(watch(5000).operation(() => Promise.reject(error)))).to.equal("database_unavailable");
  });

  it("returns other errors unchanged", async () => {
    const error = serverError(11000);
    expect(
      await watch(5000)
        .operation(() => Promise.reject(error))
        .catch((e: unknown) => e),
    ).to.equal(error);
  });

  it("distinguishes a slow MongoDB from one without any answer", async () => {
    const availability = watch(50);
    expect(await code(availability.operation(never))).to.equal("database_unavailable");
    const late = code(availability.operation(never));
    await availability.operation(() => Promise.resolve());
    expect(await late).to.equal("overloaded");
  });

  it("accepts an answer that arrived while the process was paused", async () => {
    const { near, far, close } = await connected();
    const result = code(watch(50).operation(() => once(near, "data")));
    // The bytes reach this process's socket before its timers run.
    far.write("answer");
    blockProcess(200);
    expect(await result).to.equal("ok");
    close();
  });

  describe("after a second without an answer from MongoDB", () => {
    async function silent() {
      const availability = watch(5000);
      const first = Promise.withResolvers();
      const trying = availability.request(() => availability.operation(() => first.promise));
      trying.catch(() => undefined);
      const end = performance.now() + 10_000;
      // Requests are rejected at once only after a second of silence.
      while ((await Promise.race([code(availability.request(never)), sleep(20, "waits")])) === "waits") {
        if (performance.now() > end) throw new Error("never rejected");
      }
      return { availability, first, trying };
    }

    it("rejects requests at once until the one that tries gets an answer", async () => {
      const start = performance.now();
      const { availability, first, trying } = await silent();
      expect(performance.now() - start).to.be.greaterThan(800);
      expect(await code(availability.request(() => Promise.resolve()))).to.equal("database_unavailable");
      first.resolve("answer");
      expect(await trying).to.equal("answer");
      expect(await code(availability.request(() => Promise.resolve()))).to.equal("ok");
    });

    it("lets the next request try after the one that tried has failed", async () => {
      const { availability, first, trying } = await silent();
      first.reject(new mongo.MongoNetworkError("gone"));
      expect(await code(trying)).to.equal("database_unavailable");
      const next = availability.request(() => availability.operation(() => Promise.resolve("answer")));
      expect(await next).to.equal("answer");
    });

    it("does not count a pause of this process as silence", async () => {
      const availability = watch(5000);
      const first = Promise.withResolvers();
      const trying = availability.request(() => availability.operation(() => first.promise));
      blockProcess(1500);
      await new Promise((resolve) => setImmediate(resolve));
      const other = availability.request(() => Promise.resolve("served"));
      first.resolve("answer");
      expect(await Promise.all([trying, other])).to.deep.equal(["answer", "served"]);
    });
  });
});

/** Blocks this process, like a busy node. */
function blockProcess(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Both ends of a TCP connection. */
async function connected() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [Socket];
  const close = () => {
    near.destroy();
    far.destroy();
    server.close();
  };
  return { near, far, close };
}
