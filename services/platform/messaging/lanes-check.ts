import { Refusal } from "../errors.ts";
import type { HealthCheck } from "../health.ts";
import type { ConsumerOptions } from "./consumer.ts";

/** Says when a lane needs a person, or holds so much that messages had to be left in the stream. */
export function lanesCheck<S>({
  stream,
  store,
}: Pick<ConsumerOptions<S>, "stream" | "store">): HealthCheck {
  return {
    name: `waiting ${stream}`,
    critical: false,
    probe: async () => {
      const { stuck, behind } = await store.trouble();
      if (stuck + behind === 0) return;
      const text = `${stuck} stuck lanes, ${behind} lanes that left messages in the stream`;
      throw new Refusal("unavailable", "lanes_waiting", text);
    },
  };
}
