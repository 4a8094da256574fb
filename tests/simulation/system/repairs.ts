import { DeadLetterSchema } from "@app/contracts/gen/platform/v1/dead_letter_pb.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import { discardLetter } from "@app/platform/messaging/discard.ts";
import { editLetter } from "@app/platform/messaging/edit-letter.ts";
import { payloadReader } from "@app/platform/messaging/incoming.ts";
import { messageType } from "@app/platform/messaging/message.ts";
import { payloadEditor } from "@app/platform/messaging/payload-editor.ts";
import { type RedriveOptions, redrive } from "@app/platform/messaging/redrive.ts";
import { restoreLetter } from "@app/platform/messaging/restore.ts";
import { fromBinary, toJson } from "@bufbuild/protobuf";

const contracts = [...messageContracts.map(({ schema }) => schema), DeadLetterSchema];

/** Compiled once: it has no state. */
export const payloads = payloadReader(contracts);
const editor = payloadEditor(contracts, payloads);

const actor = "operator";

/** What a person may do to a dead letter. */
export interface Repairs {
  redrive(id: number): Promise<unknown>;
  /** Gives it another payload, to the same effect, and runs it; one that cannot be changed so is redriven. */
  edit(id: number): Promise<unknown>;
  discard(id: number): Promise<unknown>;
  /** Takes a discard back. */
  restore(id: number): Promise<unknown>;
}

/** The real repairs of one consumer. */
export function repairsOf<S>(options: RedriveOptions<S>): Repairs {
  const redriven = (id: number) => redrive(options, id, actor);
  return {
    redrive: redriven,
    async edit(id) {
      const letter = await options.store.findDeadLetter(id);
      const payload = letter && changedPayload(letter.subject, letter.payload);
      if (!letter || !payload) return redriven(id);
      const { revision } = letter;
      const change = { id, payload, actor, reason: "a simulated edit", revision, redrive: true };
      return editLetter(options, editor, change);
    },
    discard: (id) => discardLetter(options, { id, actor, reason: "nobody can read it" }),
    restore: (id) => restoreLetter(options, { id, actor, reason: "looked at it again" }),
  };
}

/** The payload with another word in a field that no handler decides by; undefined where there is none. */
function changedPayload(subject: string, payload: Uint8Array) {
  const type = subject.slice(0, subject.lastIndexOf("."));
  const schema = contracts.find((each) => messageType(each) === type);
  const json = schema && toJson(schema, fromBinary(schema, payload));
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  if (typeof json.reason === "string") return { ...json, reason: `${json.reason} (edited)` };
  if (typeof json.userId === "string") return { ...json, userId: "edited" };
  return undefined;
}
