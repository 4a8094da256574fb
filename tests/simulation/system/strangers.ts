import { messageOf } from "@app/inventory/store/messages.ts";
import type { OrderFact } from "@app/orders/domain/facts.ts";
import type { Order } from "@app/orders/domain/order.ts";
import { placeOrder } from "@app/orders/domain/place-order.ts";
import { toMessage } from "@app/orders/store/messages.ts";
import { encodeHeaders } from "@app/platform/messaging/headers.ts";
import { messageIdsFrom } from "@app/platform/messaging/message-ids.ts";
import type { Published, StoredStream } from "../broker/stored-stream.ts";
import { messagingTables } from "../models/messaging-tables.ts";
import { ordersTables } from "../models/model-orders.ts";
import { simulatedRandom } from "../world/chance.ts";
import { epochMs } from "../world/process.ts";
import type { World } from "./world.ts";

type ReservationFact = Parameters<typeof messageOf>[0];

/** Whoever else publishes to our streams: by mistake, in other versions, or twice. */
export class Strangers {
  /** Orders that others announced: their messages say what they want. */
  readonly orderIds = new Set<bigint>();
  /** Keys of which something can never be handled. */
  readonly hopelessKeys = new Set<string>();
  readonly #world: World;
  readonly #ids;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
    this.#ids = messageIdsFrom(
      simulatedRandom(world.chance, () => epochMs + world.scheduler.nowMs),
    );
  }

  /** Nothing that anybody could read. */
  publishUnreadable(): void {
    const { chance } = this.#world;
    this.#count += 1;
    const key = `garbage/${this.#count}`;
    this.hopelessKeys.add(key);
    const payload = new Uint8Array([255, chance.below(256), chance.below(256)]);
    const stream = chance.pick(["orders", "inventory"]);
    const type = chance.pick([
      stream === "orders" ? "orders.v1.order_created" : "inventory.v1.inventory_reserved",
      `${stream}.v1.unheard_of`,
    ]);
    const id = this.#ids.next();
    const headers = chance.pick<Record<string, string>>([
      {},
      { "ce-type": type, "Nats-Msg-Id": id },
      { "ce-type": type, "ce-id": id, "Nats-Msg-Id": id, key, version: "1" },
    ]);
    this.#publish({ subject: `${type}.${this.#count}`, headers: encodeHeaders(headers), payload });
  }

  /** A message of ours once more, under its own id or under another. */
  replay(): void {
    const { chance, broker } = this.#world;
    const stream = broker.streams.get(chance.pick(["ORDERS", "INVENTORY"]));
    const all = stream?.between(1, stream.lastSequence) ?? [];
    const again = all[chance.below(all.length)];
    if (!again) return;
    const headers = chance.happens(0.5)
      ? again.headers
      : again.headers.replace(/^Nats-Msg-Id: .*$/m, `Nats-Msg-Id: ${this.#ids.next()}`);
    this.#publish({ ...again, headers });
  }

  /** An order that another system took, announced and changed its mind about, in any order. */
  announceStrangeOrder(): void {
    const { chance, databases, scheduler } = this.#world;
    this.#count += 1;
    const orderId = BigInt(9_000 + this.#count);
    this.orderIds.add(orderId);
    const at = new Date(epochMs + scheduler.nowMs);
    const lines = [{ sku: "burger", quantity: 1 }] as const;
    const placed = placeOrder({ userId: "other", note: "", lines }, { id: orderId, at });
    const versions = chance.between(2, 6);
    ordersTables(databases.orders).orders.committed.set(String(orderId), {
      order: { ...placed.order, version: versions },
      deadlineSeconds: null,
    });
    const factOf = (version: number): OrderFact => {
      const core = { orderId, version, at };
      return chance.pick<OrderFact>([
        { type: "OrderCreated", ...core, userId: "other", lines },
        { type: "OrderConfirmed", ...core },
        { type: "OrderCancelled", ...core, reason: "other" },
      ]);
    };
    for (let version = 1; version <= versions; version += 1)
      this.#publishLater(toMessage(factOf(version), this.#ids));
    this.#cancelLater(orderId);
  }

  /** Its customer may turn to us as well, at about the time when it is overdue. */
  #cancelLater(orderId: bigint): void {
    const { chance, scheduler } = this.#world;
    if (chance.happens(0.3)) return;
    scheduler.schedule(chance.between(500, 4_000), {
      label: "",
      run: () => {
        const [running] = this.#world.running("orders");
        running?.process.comeIn("request", () => {
          // Nobody asks again: whether it is cancelled is of no matter here.
          running.requests?.cancel(orderId).catch(() => undefined);
        });
      },
    });
  }

  /** Further news about a reservation, of which there is only ever one. */
  announceAgain(): void {
    const { chance, databases, scheduler } = this.#world;
    const orders = [...ordersTables(databases.orders).orders.committed.values()].filter(
      ({ order }) => !this.orderIds.has(order.id) && !this.#announced.has(order.id),
    );
    const found = orders[chance.below(orders.length)];
    if (!found) return;
    const { id } = found.order;
    this.#announced.add(id);
    const time = new Date(epochMs + scheduler.nowMs);
    const last = chance.between(2, 4);
    for (let version = 2; version <= last; version += 1)
      this.#publishLater(
        messageOf(this.#furtherNews(found.order, version), { time, ids: this.#ids }),
      );
  }

  #furtherNews({ id, lines }: Order, version: number): ReservationFact {
    const key = { source: "order" as const, ref: String(id), version };
    return this.#world.chance.pick<ReservationFact>([
      {
        type: "StockReserved",
        reservation: {
          ...key,
          state: "RESERVED",
          lines: lines.map((line) => ({ ...line, priceCents: 1 })),
          totalCents: 1,
        },
      },
      {
        type: "StockRejected",
        reservation: { ...key, state: "REJECTED", lines, reason: "other", missing: [] },
      },
    ]);
  }

  /** Says again, for good, whatever the broker has forgotten of it. */
  keepSaying(): void {
    const { broker, scheduler } = this.#world;
    for (const message of this.#said) {
      const stream = broker.streamOf(message.subject);
      const all = stream?.between(1, stream.lastSequence) ?? [];
      if (!all.some(({ headers }) => headers === message.headers)) this.#publish(message);
    }
    scheduler.schedule(5_000, { label: "", run: () => this.keepSaying() });
  }

  readonly #announced = new Set<bigint>();
  readonly #said: Published[] = [];

  #publishLater(message: Published): void {
    const { chance, scheduler } = this.#world;
    this.#said.push(message);
    scheduler.schedule(chance.fraction() * 1_000, { label: "", run: () => this.#publish(message) });
  }

  /** A stranger tries until it is stored, a few times. */
  #publish(message: Published, triesLeft = 200): void {
    const { broker, scheduler } = this.#world;
    const stream = broker.streamOf(message.subject);
    // Nobody else may publish to our streams, so that a stream which forgot something shows it.
    const stored = broker.up && stream !== undefined && this.#isWhole(stream);
    scheduler.note("stranger", `publishes ${message.subject}${stored ? "" : ", in vain"}`);
    try {
      if (stored) broker.publish(message);
    } catch {
      if (triesLeft > 0) this.#retry(message, triesLeft);
      return;
    }
    if (!stored && triesLeft > 0) this.#retry(message, triesLeft);
  }

  #isWhole(stream: StoredStream): boolean {
    return (["orders", "inventory"] as const).every((service) =>
      [...messagingTables(this.#world.databases[service]).sent.committed.values()].every(
        (row) => row.stream !== stream.name || stream.get(row.sequence)?.subject === row.subject,
      ),
    );
  }

  #retry(message: Published, triesLeft: number): void {
    this.#world.scheduler.schedule(500, {
      label: "",
      run: () => this.#publish(message, triesLeft - 1),
    });
  }
}
