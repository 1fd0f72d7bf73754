import { RunError, secret, type Config, type Output } from "@pulumi/pulumi";
import { optionalText } from "./config-values.ts";
import { requireCa } from "./pem.ts";

/** Settings for a build of the image in a company's network. No setting changes the image. */
export interface BuildSettings {
  /** The HTTP proxy, as a URL. A secret, because a URL can contain a password. @default on minikube, this machine's */
  readonly proxy?: Output<string>;
  /** Content of an `.npmrc`: registry and token. */
  readonly npmrc?: Output<string>;
  /** The company's CA in PEM, which npm trusts in addition to the public ones. */
  readonly ca?: Output<string>;
}

/**
 * Reads the settings of the build. No error shows a value.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readBuild(config: Config): BuildSettings {
  const [proxy, npmrc, ca] = ["buildProxy", "npmrc", "buildCa"].map((key) => optionalText(config, key));
  if (proxy !== undefined && !/^https?:\/\/[^/\s]+\/?$/.test(proxy)) {
    throw new RunError("buildProxy must be the URL of an HTTP proxy, such as http://proxy.example.com:3128.");
  }
  if (ca !== undefined) requireCa("buildCa", ca);
  return {
    ...(proxy === undefined ? {} : { proxy: secret(proxy) }),
    ...(npmrc === undefined ? {} : { npmrc: secret(npmrc) }),
    ...(ca === undefined ? {} : { ca: secret(ca) }),
  };
}
