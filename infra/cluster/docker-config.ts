import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Variables = Record<string, string | undefined>;

/**
 * The parts of Docker's config.json that this program reads.
 * @see https://docs.docker.com/reference/cli/docker/#configuration-files
 */
export interface DockerConfig {
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly proxies?: { readonly default?: Variables };
}

/** Path of Docker's config.json. */
export function dockerConfigFile({ DOCKER_CONFIG }: Variables = process.env): string {
  return join(DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
}

/** Docker's configuration. Empty if the file does not exist or can't be read: Docker itself reports that. */
export function readDockerConfig(env: Variables = process.env): DockerConfig {
  try {
    return (JSON.parse(readFileSync(dockerConfigFile(env), "utf8")) as DockerConfig | null) ?? {};
  } catch {
    return {};
  }
}
