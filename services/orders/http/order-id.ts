import { Refusal } from "@app/platform/errors.ts";

const ID_MAX = 2n ** 63n - 1n;

/** Reads an order's id as a path has it: a positive int64 in plain digits, else `invalid id`. */
export function readOrderId(text: string): bigint {
  const id = /^[1-9]\d{0,18}$/.test(text) ? BigInt(text) : 0n;
  if (id < 1n || id > ID_MAX) throw new Refusal("invalid", "invalid_id", "invalid id");
  return id;
}
