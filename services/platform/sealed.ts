import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** Keeps bytes from whoever can read the database and not the environment. */
export interface Seal {
  /** `about` names what is sealed: it opens only under the same name. */
  close(bytes: Uint8Array, about: string): Uint8Array;
  /** Throws when the secret is another one, or the bytes were changed. */
  open(sealed: Uint8Array, about: string): Uint8Array<ArrayBuffer>;
}

/** AES-256-GCM under a key made of the secret by HKDF. A nonce is random and used once. */
export function sealedBy(secret: string): Seal {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "quickbite signing keys", 32));
  return {
    close(bytes, about) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about));
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, about) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const text = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(about))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return new Uint8Array(Buffer.concat([decipher.update(text), decipher.final()]));
      } catch (cause) {
        throw new Error(`${about} was sealed with another secret, or was changed`, { cause });
      }
    },
  };
}
