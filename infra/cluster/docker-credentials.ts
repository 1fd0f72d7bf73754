import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { dockerConfigFile, readDockerConfig } from "./docker-config.ts";

/** The registries of the Dockerfile's base images, as `credHelpers` names them. */
const baseRegistries = ["https://index.docker.io/v1/", "docker.io", "gcr.io"];

/**
 * Returns why Docker can't read its credentials, with the fix; undefined if Docker can. Docker asks `credsStore`
 * for every build, and a helper only for the registry that the helper is configured for.
 * @param registry the repository that the image is pushed to. @default none
 */
export function missingCredentialHelper(registry?: string): string | undefined {
  const { credsStore, credHelpers = {} } = readDockerConfig();
  const used = [...baseRegistries, ...(registry === undefined ? [] : [registry.split("/", 1)[0] ?? ""])];
  const helpers = [credsStore, ...used.map((host) => credHelpers[host])];
  const missing = helpers.find((helper) => helper !== undefined && helper !== "" && !isOnPath(helper));
  if (missing === undefined) return undefined;
  return (
    `${dockerConfigFile()} names the credential helper "${missing}", and docker-credential-${missing} is not on PATH. ` +
    "Install the helper, or remove the lines with its name (credsStore, credHelpers) from the file and run `docker login` again."
  );
}

function isOnPath(helper: string): boolean {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) =>
    ["", ".exe"].some((ending) => existsSync(join(folder, `docker-credential-${helper}${ending}`))),
  );
}
