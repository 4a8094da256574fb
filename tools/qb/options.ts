import { InvalidArgumentError, Option } from "commander";

/** How many rows a list shows of each service. */
export const limitOption = () =>
  new Option("--limit <count>", "of each service, 1 to 100").default("20").argParser((text) => {
    const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > 100) throw new InvalidArgumentError("It must be 1 to 100.");
    return text;
  });

/** A time limit in whole seconds. */
export const seconds = (max: number) => (text: string) => {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > max) throw new InvalidArgumentError(`It must be 1 to ${max}.`);
  return count;
};

export const wholeNumber = (min: number, max: number) => (text: string) => {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (count < min || count > max) throw new InvalidArgumentError(`It must be ${min} to ${max}.`);
  return count;
};

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A moment as RFC 3339 writes it. */
export function instant(text: string): Date {
  const time = RFC3339.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError("It must be a time such as 2026-05-04T12:00:00Z.");
  return time;
}
