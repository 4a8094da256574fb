import { BlockList, isIP } from "node:net";

/** The network address that a request comes from, given who holds the connection and the headers. */
export type CallerAddress = (peer: string | undefined, headers: Headers) => string;

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

const familyOf = (address: string) => (address.includes(":") ? "ipv6" : "ipv4");
