import { startMongoDB, type MongoServer } from "../../dev/embedded-mongodb.ts";

let server: Promise<MongoServer> | undefined;

/** Returns the MongoDB that all tests of a run share. The first call starts the server. */
export async function sharedMongoDB(): Promise<MongoServer> {
  server ??= startMongoDB().then((started) => {
    console.log(`    MongoDB for these tests: ${started.kind}`);
    return started;
  });
  return await server;
}

/** Mocha calls this once, before the first test. A download of the server would exceed the timeout of a test. */
export async function mochaGlobalSetup(this: Mocha.Runner): Promise<void> {
  const needMongoDB = this.suite.suites.some(({ file }) => !/\binfra\b.test\b/.test(file ?? ""));
  if (needMongoDB) await sharedMongoDB();
}

/** Mocha calls this once, after the last test. */
export async function mochaGlobalTeardown(): Promise<void> {
  await (await server)?.close();
}
