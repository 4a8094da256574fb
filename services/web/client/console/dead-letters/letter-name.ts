import { isServiceName, type ServiceName } from "../ops.ts";

/** One row of one service, such as the dead letter `inventory/3` or the run `inventory/5`. */
export interface RowName {
  readonly service: ServiceName;
  readonly id: number;
}

export const rowText = ({ service, id }: RowName): string => `${service}/${id}`;

/** Undefined for what names no row of a service. */
export function readRowName(text: string | undefined): RowName | undefined {
  const [service = "", digits = "", more] = (text ?? "").split("/");
  if (more !== undefined || !isServiceName(service) || !/^[1-9]\d{0,15}$/.test(digits)) {
    return undefined;
  }
  return { service, id: Number(digits) };
}
