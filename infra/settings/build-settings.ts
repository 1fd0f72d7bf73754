import { RunError, secret, type Config, type Output } from "@pulumi/pulumi";
import { given } from "./config-values.ts";
import { requireCa } from "./pem.ts";

/** What a build of the image needs in a company's network. None of it changes the image. */
export interface BuildSettings {
  /** The HTTP proxy, as a URL. A secret, because a URL can have a password. @default this machine's, on minikube */
  readonly proxy?: Output<string>;
  /** Text of an `.npmrc`: registry and token. */
  readonly npmrc?: Output<string>;
  /** The company's CA in PEM, which npm trusts beside the public ones. */
  readonly ca?: Output<string>;
}

/**
 * Reads it. No message shows a value.
 * @throws {RunError} one sentence
 */
export function readBuild(config: Config): BuildSettings {
  const [proxy, npmrc, ca] = ["buildProxy", "npmrc", "buildCa"].map((key) => given(config, key));
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
