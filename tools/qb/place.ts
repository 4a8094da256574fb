import { Failure } from "./failure.ts";
import type { ServiceClient } from "./service-client.ts";

/** A row of one service: ids are each service's own, so a service goes with every id. */
export interface Place {
  readonly service: ServiceClient;
  readonly id: number;
}

/** Reads `inventory/3`. A bare number belongs to the service that has it, when only one does. */
export async function placeOf(
  text: string,
  services: readonly ServiceClient[],
  has: (place: Place) => Promise<boolean>,
): Promise<Place> {
  const [, name, digits = ""] = /^(?:([a-z]+)\/)?([1-9]\d{0,14})$/.exec(text) ?? [];
  const id = Number(digits);
  if (!digits) throw noPlace(text, services);
  if (name !== undefined) {
    const service = services.find((known) => known.name === name);
    if (!service) throw noPlace(text, services);
    return { service, id };
  }

  const found: Place[] = [];
  for (const service of services) if (await has({ service, id })) found.push({ service, id });
  const [only, another] = found;
  if (only && !another) return only;
  if (!only) throw new Failure("refused", `no service has ${id}`, { next: "qb dlq ls" });
  const names = found.map(({ service }) => `${service.name}/${id}`);
  throw new Failure("usage", `${id} is ambiguous: ${names.join(" or ")}`);
}

function noPlace(text: string, services: readonly ServiceClient[]): Failure {
  const examples = services.map(({ name }) => `${name}/3`).join(" or ");
  return new Failure("usage", `${text} is no id: write ${examples}`, { next: "qb dlq ls" });
}
