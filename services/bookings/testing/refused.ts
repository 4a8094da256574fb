import { Refusal } from "@app/platform/errors.ts";

/** What a call was refused with, in the words of the contract; anything else says what it is. */
export const refused = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "not refused",
    (error: unknown) => (error instanceof Refusal ? error.message : String(error)),
  );
