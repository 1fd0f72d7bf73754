import { architectures, type NodeFacts } from "./nodes.ts";

/** An image's architecture, by Docker's and Kubernetes' name. */
export type Architecture = "amd64" | "arm64";

const known: readonly Architecture[] = ["amd64", "arm64"];

/** The image's architecture, and a warning if some nodes can't run the image. */
export interface ImageArchitecture {
  /** Undefined if kubectl can't list the nodes. */
  readonly architecture: Architecture | undefined;
  /** The warning, with the command that fixes the problem. */
  readonly problem?: string;
}

/**
 * Chooses the architecture that the image is built for: the configured one, or the nodes'.
 * @param platform from the configuration, such as linux/arm64
 */
export function imageArchitecture(
  platform: string | undefined,
  nodes: readonly NodeFacts[] = [],
): ImageArchitecture {
  const found = architectures(nodes);
  const list = found.join(" and ");
  if (platform !== undefined) {
    const architecture = known.find((name) => platform === `linux/${name}`);
    if (found.length === 0 || architecture === undefined || found.includes(architecture))
      return { architecture };
    return {
      architecture,
      problem: `platform is ${platform}, and no node has this architecture, only ${list}. Run: pulumi config rm platform`,
    };
  }
  const [first, ...others] = known.filter((name) => found.includes(name));
  if (first === undefined || others.length === 0) return { architecture: first };
  return {
    architecture: first,
    problem:
      `The nodes have the architectures ${list}. \`up\` builds the image for ${first}, and its pods run on these nodes only. ` +
      `If the nodes change, \`up\` may choose the other architecture. To keep ${first}, run: pulumi config set platform linux/${first}`,
  };
}
