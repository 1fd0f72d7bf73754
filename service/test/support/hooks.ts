import { startMongoDB, type MongoServer } from "../../dev/embedded-mongodb.ts";

let server: Promise<MongoServer> | undefined;

/** The server that all tests of a run share, started by the first that asks. */
export async function sharedMongoDB(): Promise<MongoServer> {
  server ??= startMongoDB().then((started) => {
    console.log(`    MongoDB for these tests: ${started.kind}`);
    return started;
  });
  return await server;
}

/** Mocha calls this once, before the first test: the server may have to be downloaded, which no test has the time for. */
export async function mochaGlobalSetup(this: Mocha.Runner): Promise<void> {
  const needIt = this.suite.suites.some(({ file }) => !/\binfra\b.test\b/.test(file ?? ""));
  if (needIt) await sharedMongoDB();
}

/** Mocha calls this once, after the last test. */
export async function mochaGlobalTeardown(): Promise<void> {
  await (await server)?.close();
}
