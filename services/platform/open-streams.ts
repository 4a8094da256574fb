import { networkOf } from "./caller-address.ts";
import { Refusal } from "./errors.ts";
import type { RequestContext } from "./request-context.ts";

/** Counts the answers that go on, by who they go to. */
export interface OpenStreams {
  /**
   * Counts one until what it returns is called, which may be done twice. Refuses with kind `limited`
   * when whoever asks has as many as allowed.
   */
  open(asker: Pick<RequestContext, "caller" | "address">): () => void;
}

/** How many streams one caller may have open where nobody says otherwise. */
export const streamsPerCallerMax = 20;

/**
 * Counts callers by their subject and guests by their network address. Each process counts for
 * itself: the limit protects it, it is no quota.
 */
export function openStreams(perCallerMax: number): OpenStreams {
  const counts = new Map<string, number>();
  return {
    open({ caller, address }) {
      const who = caller?.subject ?? networkOf(address);
      const count = counts.get(who) ?? 0;
      if (count >= perCallerMax) throw tooManyStreams(perCallerMax);
      counts.set(who, count + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        const left = (counts.get(who) ?? 1) - 1;
        if (left > 0) counts.set(who, left);
        else counts.delete(who);
      };
    },
  };
}

function tooManyStreams(max: number): Refusal {
  const text = `open streams are limited to ${max}: end one first`;
  return new Refusal("limited", "too_many_streams", text, { details: { streamsMax: max } });
}
