import * as pulumi from "@pulumi/pulumi";
import { readDockerConfig } from "../cluster/docker-config.ts";
import type { BuildSettings } from "../settings/build-settings.ts";

/** Build arguments by name. */
export type BuildArguments = Readonly<Record<string, string>>;

type Variables = Record<string, string | undefined>;

/**
 * The build arguments of these settings, as a secret. The Dockerfile uses them in a stage whose layers and history
 * are not in the image. BuildKit itself keeps proxies out of both.
 * @param proxies this machine's proxies, used if the settings have none
 */
export function buildArguments(
  { proxy, npmrc, ca }: BuildSettings,
  proxies: BuildArguments = {},
): pulumi.Output<BuildArguments> {
  const set = pulumi.all({ proxy, npmrc, ca }).apply(({ proxy: url, npmrc: NPMRC, ca: BUILD_CA }) => {
    const own = { HTTPS_PROXY: url, HTTP_PROXY: url, NPMRC, BUILD_CA };
    const configured = Object.entries(own).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return { ...proxies, ...Object.fromEntries(configured) };
  });
  return pulumi.secret(set);
}

/**
 * The proxies for a build on this machine. Docker's configuration comes first, as for `docker build`, then the
 * environment. Of the latter, a proxy on a loopback address is left out, because a build has its own network.
 */
export function proxiesOfMachine(env: Variables = process.env): BuildArguments {
  const ofDocker = dockerProxies(env);
  if (Object.keys(ofDocker).length > 0) return ofDocker;
  const valueOf = (name: string) => env[name.toLowerCase()] ?? env[name];
  const proxies = reachable({ HTTPS_PROXY: valueOf("HTTPS_PROXY"), HTTP_PROXY: valueOf("HTTP_PROXY") });
  return Object.keys(proxies).length === 0
    ? {}
    : { ...proxies, ...defined({ NO_PROXY: valueOf("NO_PROXY") }) };
}

/** Keys of Docker's configuration: https://docs.docker.com/engine/cli/proxy */
function dockerProxies(env: Variables): BuildArguments {
  const { httpsProxy, httpProxy, noProxy } = readDockerConfig(env).proxies?.default ?? {};
  return defined({ HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpProxy, NO_PROXY: noProxy });
}

function reachable(proxies: Variables): BuildArguments {
  const isLocal = (url: string) => /^(\w+:\/\/)?([^/]*@)?(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/.test(url);
  return Object.fromEntries(Object.entries(defined(proxies)).filter(([, url]) => !isLocal(url)));
}

function defined(variables: Variables): BuildArguments {
  const entries = Object.entries(variables);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
}
