import { Fields, invalid, type Spellings } from "./fields.ts";
import { idOf } from "./id.ts";
import { type HallWanted, isNamed, type LocationDetails } from "./location.ts";

export const NAME_MAX = 200;
export const CAPACITY_MAX = 1_000_000;
const ADDRESS_MAX = 300;
const COUNTRY_MAX = 100;
const HOUR_MAX = 24;
const HALLS_MAX = 100;

/** `clostime` is how the first version's documentation spelt it. */
const locationFields: Spellings = {
  id: [],
  name: [],
  address: [],
  country: [],
  openTime: [],
  closeTime: ["clostime"],
  halls: [],
  hall: [],
};

const hallFields: Spellings = { id: [], name: [], location: [], capacity: [] };

/** A location in a body, with the hall that it names apart from its list. */
export interface LocationBody {
  /** What the client calls its id; undefined where it is none of ours. */
  readonly id: string | undefined;
  /** Undefined where nothing but an id was sent. */
  readonly details: LocationDetails | undefined;
  /** The first version's single `Hall`; it is among the halls of `details`. */
  readonly hall: HallWanted | undefined;
}

/** Reads the body of a new location. An `id` is taken for what the client remembers it by, and ignored. */
export function readLocationRequest(body: unknown): LocationDetails {
  const fields = new Fields(body, locationFields);
  return detailsOf(fields, hallIn(fields));
}

/** Reads a location that stands in an event: a new one, or the id of one that is known. */
export function readNestedLocation(value: unknown, path: string): LocationBody {
  const fields = new Fields(value, locationFields, path);
  const id = idOf(fields.value("id"));
  const hall = hallIn(fields);
  const isReference = id !== undefined && !fields.has("name");
  return { id, hall, details: isReference ? undefined : detailsOf(fields, hall) };
}

/** Reads a hall that stands in another object, as its id or as what is said about it. */
export function readHall(value: unknown, path: string): HallWanted {
  if (typeof value === "string") return { id: readNestedId(value, path) };
  const fields = new Fields(value, hallFields, `${path}.`);
  const id = idOf(fields.value("id"));
  const name = fields.text("name", { charactersMax: NAME_MAX });
  if (id === undefined && name === undefined) return fields.missing("name");
  return {
    id,
    name,
    place: fields.text("location", { charactersMax: ADDRESS_MAX }),
    capacity: fields.wholeNumber("capacity", { min: 1, max: CAPACITY_MAX }),
  };
}

/** The halls of a location that is to be made, and one more where it is not among them. */
export function withHall(
  details: LocationDetails,
  hall: HallWanted | undefined,
  path: string,
): LocationDetails {
  const { name, capacity, place } = hall ?? {};
  if (name === undefined || details.halls.some((known) => isNamed(known, name))) return details;
  if (capacity === undefined) return new Fields({}, hallFields, `${path}.`).missing("capacity");
  if (details.halls.length >= HALLS_MAX)
    throw invalid(path, `a location has at most ${HALLS_MAX} halls`);
  return { ...details, halls: [...details.halls, { name, place, capacity }] };
}

function detailsOf(fields: Fields, hall: HallWanted | undefined): LocationDetails {
  const details = {
    name: fields.requiredText("name", { charactersMax: NAME_MAX }),
    address: fields.text("address", { charactersMax: ADDRESS_MAX }) ?? "",
    country: fields.text("country", { charactersMax: COUNTRY_MAX }) ?? "",
    openTime: fields.wholeNumber("openTime", { min: 0, max: HOUR_MAX }) ?? 0,
    closeTime: fields.wholeNumber("closeTime", { min: 0, max: HOUR_MAX }) ?? HOUR_MAX,
    halls: hallsIn(fields),
  };
  return withHall(details, hall, `${fields.path}hall`);
}

function hallIn(fields: Fields): HallWanted | undefined {
  const value = fields.value("hall");
  return value === undefined ? undefined : readHall(value, `${fields.path}hall`);
}

function hallsIn(fields: Fields): LocationDetails["halls"] {
  const sent = fields.value("halls") ?? [];
  // One hall alone is what the first version's samples have.
  const list: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  if (list.length > HALLS_MAX) throw fields.invalid("halls", `must be at most ${HALLS_MAX}`);
  const halls = list.map((one, index) => newHall(one, `${fields.path}halls[${index}].`));
  const twice = halls.find(
    (hall, at) => halls.findIndex((other) => isNamed(other, hall.name)) < at,
  );
  if (twice) throw fields.invalid("halls", "must have distinct names");
  return halls;
}

function newHall(value: unknown, path: string): LocationDetails["halls"][number] {
  const fields = new Fields(value, hallFields, path);
  return {
    name: fields.requiredText("name", { charactersMax: NAME_MAX }),
    place: fields.text("location", { charactersMax: ADDRESS_MAX }),
    capacity:
      fields.wholeNumber("capacity", { min: 1, max: CAPACITY_MAX }) ?? fields.missing("capacity"),
  };
}

/** Reads the id of something else that stands in a body. */
export function readNestedId(value: unknown, field: string): string {
  const id = idOf(value);
  if (id === undefined) throw invalid(field, `${field} must be an id`);
  return id;
}
