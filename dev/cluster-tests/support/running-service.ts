/** The URL in the output of `up`. */
export function printedUrl(output: string): string {
  return printed(output, /^ *curl (http:\S+)$/m);
}

/** The namespace in the output of `up`. */
export function printedNamespace(output: string): string {
  return printed(output, / get pods -n (\S+)$/m);
}

function printed(output: string, pattern: RegExp): string {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`no ${String(pattern)} in:\n${output}`);
  return found;
}

/** Adds a document, and returns the stored document. */
export async function addDocument(url: string, document: object): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${url}/data`, { method: "POST", headers, body: JSON.stringify(document) });
  if (response.status !== 201) throw new Error(`POST /data: ${response.status} ${await response.text()}`);
  return await response.json();
}

/** Reads the newest documents. */
export async function documentsAt(url: string): Promise<unknown> {
  return await (await fetch(`${url}/data`)).json();
}
