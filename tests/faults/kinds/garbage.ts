import { encodeHeaders } from "@app/platform/messaging/headers.ts";
import type { Fault, SeededRandom } from "../fault.ts";
import type { FaultWorld, Garbage } from "../world.ts";

interface Trash extends Garbage {
  readonly headers: string;
}

/** By which the checks know it in a stream. */
export const garbageHeader = "x-garbage";

/** Keys that no order of the run has; each is used once. */
const FOREIGN_KEYS_FROM = 700_000_000;
const PIECES_MAX = 6;
/** The broker's own limit is 1 MiB. */
const TOO_LARGE_BYTES = 1024 * 1024 + 1;

/** Messages that nobody can read arrive among the others. */
export const garbage: Fault = {
  name: "garbage",
  group: "D",
  points: ["no headers", "no protobuf", "against the contract", "unknown type", "too large"],
  async inflict(world, random) {
    const pieces = random.between(1, PIECES_MAX);
    for (let piece = 0; piece < pieces; piece += 1) {
      const [point, make] = random.pick(sorts);
      const trash = make(world, random);
      // A publish may fail without an answer, so it counts as planted before.
      world.garbage.push(trash);
      await world.broker.publish(trash);
      world.reached(point);
      await world.hold(random.between(0, 300));
    }
    await tooLarge(world);
  },
};

type Sort = readonly [point: string, make: (world: FaultWorld, random: SeededRandom) => Trash];

const sorts: readonly Sort[] = [
  [
    "no headers",
    ({ garbage }) => ({
      ...foreign(garbage.length, {}),
      key: "",
      headers: encodeHeaders({ [garbageHeader]: "1" }),
      reason: "no_key",
      payload: Buffer.from("garbage"),
    }),
  ],
  [
    "no protobuf",
    ({ garbage }) => foreign(garbage.length, { payload: Uint8Array.of(0xff, 0xff, 0xff, 0x01) }),
  ],
  ["against the contract", ({ garbage }) => foreign(garbage.length, { payload: new Uint8Array() })],
  [
    "unknown type",
    ({ garbage }) =>
      foreign(garbage.length, { type: "orders.v1.order_teleported", reason: "unknown_type" }),
  ],
];

/** As another program might send it: whole headers and a key of its own. */
function foreign(
  number: number,
  {
    type = "orders.v1.order_created",
    reason = "unreadable",
    payload = new Uint8Array(),
  }: { type?: string; reason?: string; payload?: Uint8Array },
): Trash {
  const id = FOREIGN_KEYS_FROM + number;
  const key = `order/${id}`;
  const eventId = crypto.randomUUID();
  const headers = encodeHeaders({
    "Nats-Msg-Id": eventId,
    "ce-specversion": "1.0",
    "ce-id": eventId,
    "ce-type": type,
    "ce-source": "/elsewhere",
    "ce-time": new Date().toISOString(),
    key,
    version: "1",
    [garbageHeader]: "1",
  });
  return { key, subject: `${type}.${id}`, reason, payload, headers };
}

/** The broker refuses it, and nobody else notices. */
async function tooLarge({ broker, reached, garbage }: FaultWorld): Promise<void> {
  const message = foreign(garbage.length, { payload: new Uint8Array(TOO_LARGE_BYTES) });
  const refused = await broker.publish(message).then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error("the broker took a message above its limit");
  reached("too large");
}
