import { Refusal } from "@app/platform/errors.ts";
import { keyOf } from "./words.ts";

/** A room in which one event at a time takes place. */
export interface Hall {
  readonly id: string;
  readonly name: string;
  /** Where in the building. */
  readonly place: string | undefined;
  /** Seats. */
  readonly capacity: number;
}

/** A building with halls. It never changes once it is made. */
export interface Location {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly country: string;
  /** Hours, 0 to 24. */
  readonly openTime: number;
  readonly closeTime: number;
  readonly halls: readonly Hall[];
}

export type LocationDetails = Omit<Location, "id" | "halls"> & {
  readonly halls: readonly Omit<Hall, "id">[];
};

/** What a location is before it is published: `nextId` is asked once for it and once for each hall. */
export function newLocation(details: LocationDetails, nextId: () => string): Location {
  const id = nextId();
  return { ...details, id, halls: details.halls.map((hall) => ({ ...hall, id: nextId() })) };
}

/** How a request names a hall: by its id, or by what it says about it. */
export interface HallWanted {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly place?: string | undefined;
  readonly capacity?: number | undefined;
}

/**
 * The hall of a location that a request means. Without a wish it is the only one. What the request
 * says beside the id or the name must be so.
 */
export function hallOf(location: Location, wanted: HallWanted | undefined): Hall {
  const { halls } = location;
  if (wanted === undefined) {
    const [only, ...others] = halls;
    if (only && others.length === 0) return only;
    throw new Refusal("invalid", "invalid_request", "hall is required", {
      details: { field: "hall" },
    });
  }
  const { id, name, capacity } = wanted;
  const hall =
    halls.find((hall) => hall.id === id) ??
    (name === undefined ? undefined : halls.find((hall) => isNamed(hall, name)));
  if (!hall) throw unknownHall();
  if (name !== undefined && !isNamed(hall, name)) throw differs("name");
  if (capacity !== undefined && capacity !== hall.capacity) throw differs("capacity");
  return hall;
}

export const isNamed = (hall: { readonly name: string }, name: string): boolean =>
  keyOf(hall.name) === keyOf(name);

export const unknownHall = () => new Refusal("not_found", "unknown_hall", "unknown hall");

export const unknownLocation = () =>
  new Refusal("not_found", "unknown_location", "unknown location");

function differs(field: "name" | "capacity"): Refusal {
  return new Refusal("invalid", "hall_differs", `hall.${field} is not that of the hall`, {
    details: { field: `hall.${field}` },
  });
}
