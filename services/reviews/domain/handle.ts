import type { Author } from "./review.ts";

const MANNERS = [
  ...["Amber", "Bold", "Brisk", "Calm", "Clever", "Coral", "Curious", "Eager"],
  ...["Gentle", "Golden", "Happy", "Humble", "Jolly", "Keen", "Kind", "Lively"],
  ...["Lucky", "Mellow", "Merry", "Mild", "Nimble", "Noble", "Patient", "Polite"],
  ...["Proud", "Quiet", "Quick", "Silver", "Sunny", "Swift", "Warm", "Wise"],
] as const;

const ANIMALS = [
  ...["Badger", "Beaver", "Bison", "Crane", "Deer", "Dolphin", "Eagle", "Falcon"],
  ...["Ferret", "Finch", "Fox", "Hare", "Hedgehog", "Heron", "Ibex", "Jay"],
  ...["Koala", "Lark", "Lynx", "Marten", "Mole", "Otter", "Owl", "Panda"],
  ...["Puffin", "Raven", "Robin", "Seal", "Swan", "Tern", "Turtle", "Wren"],
] as const;

/** Without letters that read like digits. */
const SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const SIGNS_COUNT = 5;

/** How whoever left is called. */
export const FORMER = "former customer";

/**
 * What an author is called, such as `Quiet Otter 7Q2KM`: the same for all that an account writes. It is
 * made of 35 bits of the keyed hash, so it leads back to nobody; two of a hundred thousand people
 * who share one are told apart by nothing, and harm nobody.
 */
export function handleOf(author: Author | null): string {
  if (author === null) return FORMER;
  const at = (index: number, among: number) =>
    Number.parseInt(author.slice(index * 2, index * 2 + 2), 16) % among;
  const manner = MANNERS[at(0, MANNERS.length)];
  const animal = ANIMALS[at(1, ANIMALS.length)];
  const signs = Array.from({ length: SIGNS_COUNT }, (_, index) =>
    SIGNS.charAt(at(index + 2, SIGNS.length)),
  );
  return `${manner} ${animal} ${signs.join("")}`;
}
