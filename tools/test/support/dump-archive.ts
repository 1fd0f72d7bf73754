import { gzipSync } from "node:zlib";
import { mongo } from "mongoose";

const magic = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
const terminator = Buffer.alloc(4, 0xff);

/** What mongodump writes of the collection `data`, with these documents. */
export function archiveOf(documents: readonly object[], db = "app"): Buffer {
  const collection = "data";
  const bson = (value: object) => mongo.BSON.serialize(value);
  const block = (...items: object[]) => [...items.map(bson), terminator];
  return gzipSync(
    Buffer.concat([
      magic,
      ...block(
        { concurrent_collections: 1, version: "0.1", server_version: "8.0.0", tool_version: "100.12.2" },
        { db, collection, metadata: '{"indexes":[]}', size: 0, type: "collection" },
      ),
      ...block({ db, collection, EOF: false, CRC: 0 }, ...documents),
      ...block({ db, collection, EOF: true, CRC: 0 }),
    ]),
  );
}

/** What it writes of a database that has nothing. */
export function emptyArchive(): Buffer {
  return gzipSync(Buffer.concat([magic, mongo.BSON.serialize({ version: "0.1" }), terminator]));
}
