import { randomBytes } from "node:crypto";
import { MongoClient, type Db } from "mongodb";
import { sharedMongoDB } from "../../../service/test/support/hooks.ts";

/** A new database on the server that all tests share. */
export interface TestDatabase {
  readonly db: Db;
  /** Port of the server on 127.0.0.1. */
  readonly port: number;
  /** Stored bytes of all documents of a collection. */
  stored(collection: string): Promise<Buffer[]>;
  /** Deletes the database. */
  remove(): Promise<void>;
}

export async function testDatabase(): Promise<TestDatabase> {
  const { uri } = await sharedMongoDB();
  const client = await MongoClient.connect(uri);
  const db = client.db(`backup-${randomBytes(4).toString("hex")}`);
  return {
    db,
    port: Number(new URL(uri).port || 27017),
    async stored(collection) {
      const documents = await db.collection(collection).find({}, { raw: true }).toArray();
      return documents.map((bytes) => Buffer.from(bytes as unknown as Uint8Array));
    },
    async remove() {
      await db.dropDatabase();
      await client.close();
    },
  };
}
