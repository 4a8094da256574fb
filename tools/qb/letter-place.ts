import { DeadLetterDetailView } from "@app/platform/messaging/ops-views.ts";
import type { Context } from "./context.ts";
import { type Place, placeOf } from "./place.ts";

/** Where a dead letter is, from `inventory/3` or a bare number that only one service has. */
export const letterPlace = ({ services }: Pick<Context, "services">, text: string) =>
  placeOf(text, services, async ({ service, id }) => {
    const { status } = await service.send(`/ops/v1/dead-letters/${id}`);
    return status === 200;
  });

export const letterAt = ({ service, id }: Place) =>
  service.ask(`/ops/v1/dead-letters/${id}`, DeadLetterDetailView);

/** As people write it. */
export const nameOf = ({ service, id }: Place) => `${service.name}/${id}`;
