import { isIP } from "node:net";
import { RunError, type Config } from "@pulumi/pulumi";
import { optionalText } from "./config-values.ts";

/** A larger block would allow connections to a large part of the Internet. */
const minPrefixLength = 8;

/**
 * Reads the address blocks where the cluster's DNS answers, in addition to the usual addresses.
 * @throws {RunError} the entry and the problem, in one sentence
 */
export function readDnsServers(config: Config): readonly string[] {
  const text = optionalText(config, "dnsServers");
  if (text === undefined) return [];
  return text.split(",").map((entry) => {
    const block = blockOf(entry.trim());
    if (block !== undefined) return block;
    throw new RunError(
      `dnsServers must be IP addresses, or blocks of /${minPrefixLength} or smaller, separated by commas, ` +
        `such as 10.100.0.10, not "${text}".`,
    );
  });
}

function blockOf(entry: string): string | undefined {
  const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined) return undefined;
  const length = Number(prefix ?? bits);
  return length >= minPrefixLength && length <= bits ? `${address}/${length}` : undefined;
}
