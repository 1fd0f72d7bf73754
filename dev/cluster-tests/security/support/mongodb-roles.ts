import { inPod } from "./admitted-pods.ts";

/** A user of MongoDB. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly database: "admin" | "app";
}

/** Whether MongoDB accepts the user's login. */
export async function logsIn(namespace: string, pod: string, user: User): Promise<boolean> {
  return (await evaluate(namespace, pod, user, {})) !== undefined;
}

/**
 * Evaluates each expression. Returns "ok" or the error's code name for each, or undefined if the login fails. The
 * password goes through stdin, so that no process shows it.
 */
export async function evaluate(
  namespace: string,
  pod: string,
  { name, password, database }: User,
  expressions: Readonly<Record<string, string>>,
): Promise<Record<string, string> | undefined> {
  const tries = Object.entries(expressions).map(
    ([what, expression]) =>
      `try { ${expression}; results[${JSON.stringify(what)}] = "ok" } ` +
      `catch (error) { results[${JSON.stringify(what)}] = error.codeName ?? error.message }`,
  );
  const script = [
    `db = connect("mongodb://127.0.0.1/${database}")`,
    `let results = {}, isLoggedIn = true`,
    `try { db.auth(${JSON.stringify(name)}, ${JSON.stringify(password)}) } catch { isLoggedIn = false }`,
    `if (isLoggedIn) { ${tries.join("\n")} }`,
    `print("RESULTS " + JSON.stringify(isLoggedIn ? results : null))`,
    `quit(0)`,
  ].join("\n");
  const shell = `cat >/tmp/results.js; mongosh --quiet --norc --nodb /tmp/results.js; rm /tmp/results.js`;
  const out = await inPod(namespace, pod, ["bash", "-c", shell], script);
  const json = /^RESULTS (.*)$/m.exec(out)?.[1];
  if (json === undefined) throw new Error(`unexpected output of mongosh: ${out}`);
  return (JSON.parse(json) as Record<string, string> | null) ?? undefined;
}
