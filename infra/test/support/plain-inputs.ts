/** The mark of a secret on its way between a program and the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** The mocks' inputs without the marks of secrets, which no provider is sent. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** A value of a Secret's data. */
export function decoded(inputs: unknown, key: string): string {
  const { data } = plain(inputs) as { data: Record<string, string> };
  return Buffer.from(data[key] ?? "", "base64").toString();
}
