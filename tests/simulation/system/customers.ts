import type { OrderRequest } from "@app/orders/domain/order-request.ts";
import { Refusal } from "@app/platform/errors.ts";
import { skus, type World } from "./world.ts";

/** One customer's wish for one order, and what was answered. */
export interface Wish {
  readonly key: string;
  readonly request: OrderRequest;
  /** When it is asked for first. */
  readonly atMs: number;
  /** How long after the acceptance it is cancelled, if it is. */
  readonly cancelAfterMs: number | undefined;
  /** Every id that was answered. One, or something is wrong. */
  readonly ids: Set<bigint>;
  refused: string | undefined;
  cancelled: boolean;
}

const patienceMs = 1_000;
/** Asking ends long after everything has healed. */
const triesMax = 500;

/** Customers ask, and ask again under the same key until they are answered. */
export class Customers {
  readonly wishes: readonly Wish[];
  readonly #world: World;

  constructor(world: World, { withinMs }: { readonly withinMs: number }) {
    const { chance, settings } = world;
    this.#world = world;
    this.wishes = Array.from({ length: settings.orders }, (_, index) => ({
      key: `wish-${index + 1}`,
      request: {
        userId: `user-${index % 2}`,
        note: "",
        lines: chance.happens(0.5)
          ? [{ sku: chance.pick(skus), quantity: chance.between(1, 3) }]
          : [
              { sku: skus[0], quantity: 1 },
              { sku: skus[1], quantity: chance.between(1, 2) },
            ],
      },
      atMs: 20 + chance.fraction() * withinMs,
      cancelAfterMs: chance.happens(settings.cancelled)
        ? chance.fraction() ** chance.pick([1, 3]) * 4_000
        : undefined,
      ids: new Set<bigint>(),
      refused: undefined,
      cancelled: false,
    }));
  }

  /** Lets every customer begin. */
  come(): void {
    for (const wish of this.wishes) this.#later(wish.atMs, () => this.#ask(wish, 0));
  }

  get areAnswered(): boolean {
    return this.wishes.every(
      ({ ids, cancelAfterMs, cancelled, refused }) =>
        refused !== undefined || (ids.size > 0 && (cancelAfterMs === undefined || cancelled)),
    );
  }

  #ask(wish: Wish, tries: number): void {
    if (wish.ids.size > 0 || tries > triesMax) return;
    this.#call((requests) => requests.place(wish.request, wish.key), {
      answered: ({ id }) => {
        const isFirst = wish.ids.size === 0;
        wish.ids.add(id);
        this.#world.scheduler.note("customer", `is told that ${wish.key} is order ${id}`);
        if (isFirst && wish.cancelAfterMs !== undefined)
          this.#later(wish.cancelAfterMs, () => this.#cancel(wish, id, 0));
        // Some ask once more, having been answered.
        if (isFirst && this.#world.chance.happens(0.1)) this.#again(wish);
      },
      refused: (reason) => {
        wish.refused = reason;
      },
    });
    this.#later(patienceMs, () => this.#ask(wish, tries + 1));
  }

  #again(wish: Wish): void {
    this.#call((requests) => requests.place(wish.request, wish.key), {
      answered: ({ id }) => void wish.ids.add(id),
      refused: (reason) => {
        wish.refused = reason;
      },
    });
  }

  #cancel(wish: Wish, id: bigint, tries: number): void {
    if (wish.cancelled || tries > triesMax) return;
    this.#call((requests) => requests.cancel(id), {
      answered: () => {
        wish.cancelled = true;
      },
      refused: (reason) => {
        wish.refused = reason;
      },
    });
    this.#later(patienceMs, () => this.#cancel(wish, id, tries + 1));
  }

  #call<T>(
    call: (requests: NonNullable<ReturnType<World["running"]>[number]["requests"]>) => Promise<T>,
    { answered, refused }: { answered: (answer: T) => void; refused: (reason: string) => void },
  ): void {
    const { chance } = this.#world;
    const able = this.#world.running("orders");
    const [first, ...others] = able;
    if (!first) return;
    const { process, requests } = chance.pick([first, ...others]);
    if (!requests) return;
    process.comeIn("request", () => {
      call(requests).then(
        (answer) => process.goOut("reply", () => answered(answer)),
        (error) => {
          if (error instanceof Refusal) process.goOut("reply", () => refused(error.reason));
        },
      );
    });
  }

  #later(delayMs: number, run: () => void): void {
    this.#world.scheduler.schedule(delayMs, { label: "", run });
  }
}
