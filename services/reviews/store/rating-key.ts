import { uuidV5 } from "@app/platform/random.ts";
import { type Subject, subjectText } from "../domain/subject.ts";

/** The namespace of ids for what has none that a subject can hold: itself the UUIDv5 of its name. */
const rated = uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "ratings.quickbite");

/** By what the messages of a rating are kept in order. An sku may hold what no key can. */
export function ratingKey(subject: Subject): { readonly aggregate: string; readonly id: string } {
  if (subject.kind === "event") return { aggregate: "event_rating", id: subject.id };
  return { aggregate: "item_rating", id: uuidV5(rated, subjectText(subject)) };
}
