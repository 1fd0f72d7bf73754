import { parse } from "yaml";

/** Texts of the files that name external images. */
export interface ImageFiles {
  readonly dockerfile: string;
  readonly compose: string;
  readonly pulumi: string;
}

/** External images, each with the file that names it. */
export function imagesIn({ dockerfile, compose, pulumi }: ImageFiles): { file: string; image: string }[] {
  const args = new Map(
    [...dockerfile.matchAll(/^ARG\s+(\w+)=(\S+)/gim)].map(([, name, value]) => [name, value]),
  );
  const stages = [...dockerfile.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  const own = new Set(stages.map(([, , name]) => name));
  const { services } = parse(compose) as { services: Record<string, { image?: string; build?: unknown }> };
  const { config } = parse(pulumi) as { config: Record<string, { default?: unknown }> };
  const named: [string, unknown][] = [
    ...stages.map(([, image]): [string, unknown] => [
      "Dockerfile",
      own.has(image) ? undefined : expanded(image, args),
    ]),
    ...Object.values(services).map(({ image, build }): [string, unknown] => [
      "compose.yaml",
      build === undefined ? image : undefined,
    ]),
    ["Pulumi.yaml", config.mongoImage?.default],
  ];
  return named.flatMap(([file, image]) => (typeof image === "string" ? [{ file, image }] : []));
}

/** Replaces `${NAME}` with the default of that ARG. */
function expanded(
  image: string | undefined,
  args: ReadonlyMap<string | undefined, string | undefined>,
): string | undefined {
  return image?.replace(/\$\{(\w+)\}/g, (text, name: string) => args.get(name) ?? text);
}

/** Whether the image has a digest, and so can't change. */
export function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}
