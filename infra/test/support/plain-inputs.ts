/** Marks a secret in messages between a program and the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Removes the marks of secrets from the mocks' inputs. Real providers don't get these marks. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Decodes a value of a Secret's data. */
export function decoded(inputs: unknown, key: string): string {
  const { data } = plain(inputs) as { data: Record<string, string> };
  return Buffer.from(data[key] ?? "", "base64").toString();
}
