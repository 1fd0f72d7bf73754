import type { Connection } from "mongoose";
import type { DocumentStore } from "../store/document-store.ts";
import { modelOf } from "../store/stored-document.ts";
import { validDocument } from "./document-validator.ts";
import { convertDuplicateError } from "./duplicate.ts";
import type { Resource } from "./resource.ts";

/**
 * Returns a store that accepts only documents that fit the resource's schema. For an open schema, returns `store`
 * itself. Inserts and changes also reject with the Problems 422 `invalid_document` and 409 `duplicate`.
 */
export function validatedStore(
  store: DocumentStore,
  resource: Resource,
  connection: Connection,
): DocumentStore {
  if (resource.isOpen) return store;
  const { schema } = resource;
  const model = modelOf(connection, resource);

  async function convertDuplicateErrors<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      throw convertDuplicateError(error, schema);
    }
  }

  return {
    ...store,
    insert: (sent) => convertDuplicateErrors(async () => store.insert(await validDocument(model, sent))),
    change: (id, next) =>
      convertDuplicateErrors(() =>
        store.change(id, async (current) => validDocument(model, await next(current))),
      ),
  };
}
