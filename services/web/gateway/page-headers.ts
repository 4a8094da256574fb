/** Everything is of this site, and nothing stands in the page itself. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  // Photos of dishes are wherever an operator says they are.
  "img-src 'self' data: https:",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What a page may do: nothing but what is of this site, and its camera for checking tickets in. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentPolicy,
  "permissions-policy":
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "strict-origin-when-cross-origin",
  // The same address is JSON for a script.
  vary: "accept, sec-fetch-mode, accept-encoding",
};

/** A year, for a browser that has seen this host behind TLS. */
export const strictTransport = "max-age=31536000";
