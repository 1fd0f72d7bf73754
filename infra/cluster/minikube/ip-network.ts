import { BlockList, isIP } from "node:net";

/**
 * Whether an address is in a network.
 * @param network such as 192.168.49.0/24. A network of another family, or with too long a prefix, contains no
 *   address
 */
export function isInNetwork(address: string, network: string): boolean {
  const [base = "", prefix] = network.split("/");
  const version = isIP(base);
  const bits = Number(prefix);
  if (version === 0 || version !== isIP(address) || !(bits <= (version === 6 ? 128 : 32))) return false;
  const family = version === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(base, bits, family);
  return list.check(address, family);
}
