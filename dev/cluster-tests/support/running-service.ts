/** The URL that `up` printed last. */
export function printedUrl(output: string): string {
  return printed(output, /^ *curl (http:\S+)$/m);
}

/** The namespace that `up` printed last. */
export function printedNamespace(output: string): string {
  return printed(output, / get pods -n (\S+)$/m);
}

function printed(output: string, pattern: RegExp): string {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`no ${String(pattern)} in:\n${output}`);
  return found;
}

/** Adds a document, and returns it as the service has it. */
export async function addDocument(url: string, document: object): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${url}/data`, { method: "POST", headers, body: JSON.stringify(document) });
  if (response.status !== 201) throw new Error(`POST /data: ${response.status} ${await response.text()}`);
  return await response.json();
}

/** The newest documents. */
export async function documentsAt(url: string): Promise<unknown> {
  return await (await fetch(`${url}/data`)).json();
}
