import cloche from "./cloche.svg";
import emptyPlate from "./empty-plate.svg";
import served from "./served.svg";

/** What stands on the table while somebody waits, and after. */
export const plates = { cloche, served, "empty-plate": emptyPlate } as const;

export type PlateName = keyof typeof plates;
