import { BlockList, isIP } from "node:net";

/** The network address that a request comes from, given who holds the connection and the headers. */
export type CallerAddress = (peer: string | undefined, headers: Headers) => string;

/** The network address of whoever holds a connection, by its other end; undefined where it is unknown. */
export type PeerAddress = (end: {
  readonly address: string;
  readonly port: number;
}) => string | undefined;

/** More proxies than these stand in front of nobody; what is further left was written by the caller. */
const HOPS_MAX = 10;

/** `192.0.2.0/24`, `fd00::/8` or one address. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/**
 * Finds out who called through the proxies of these networks. Each proxy appends whom it heard to
 * `X-Forwarded-For`, so the list is read from its end, and the first who is no trusted proxy is the
 * caller: what stands before it may be made up. Without trusted networks the header counts for
 * nothing. What is no address ends the reading; whoever passed it on is then the caller.
 */
export function callerAddress(trusted: readonly string[]): CallerAddress {
  const proxies = new BlockList();
  for (const network of trusted) {
    const [address = "", bits] = network.split("/");
    if (bits === undefined) proxies.addAddress(address, familyOf(address));
    else proxies.addSubnet(address, Number(bits), familyOf(address));
  }
  const isProxy = (address: string) => proxies.check(address, familyOf(address));

  return (peer, headers) => {
    if (peer === undefined) return "unknown";
    if (trusted.length === 0 || !isProxy(peer)) return peer;
    let caller = peer;
    const heard = (headers.get("x-forwarded-for") ?? "").split(",").slice(-HOPS_MAX).reverse();
    for (const entry of heard) {
      const address = entry.trim();
      if (isIP(address) === 0) return caller;
      caller = address;
      if (!isProxy(address)) return caller;
    }
    return caller;
  };
}

/** Who has one IPv6 address has a whole network of them: it counts as one (RFC 4291, section 2.5.4). */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("%")[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - behind.length) }, () => "0");
  return [...groups, ...zeros, ...behind]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

const familyOf = (address: string) => (address.includes(":") ? "ipv6" : "ipv4");
