import { plural } from "../../lib/format.ts";

/** `1 seat`, `2 seats`. */
export const seatsText = (seats: number) => plural(seats, { one: "seat", other: "seats" });

/** `1 seat is`, `2 seats are`. */
export const seatsAre = (seats: number) => plural(seats, { one: "seat is", other: "seats are" });
