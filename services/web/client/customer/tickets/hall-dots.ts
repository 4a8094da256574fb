/** One dot of the picture that shows how full a hall is. It is no seat that anybody could choose. */
export interface HallDot {
  readonly x: number;
  readonly y: number;
  readonly is: "taken" | "free" | "mine";
}

export interface HallPicture {
  readonly dots: readonly HallDot[];
  readonly radius: number;
  /** For how many seats each dot stands. */
  readonly seatsPerDot: number;
}

export interface HallSeats {
  readonly capacity: number;
  /** Booked or held by others. */
  readonly taken: number;
  readonly mine: number;
}

const DOTS_MAX = 400;
const ROWS_MAX = 13;
const ROW_FIRST = 69;
const ROW_LAST = 194;
const ROW_STEP_MAX = 18;
/** Half of what the rows leave open towards the stage, in radians. */
const OPEN = (27 * Math.PI) / 180;
const CENTRE_X = 200;

/**
 * Rows round a stage at (200, 0), upwards to y = -194. Which dots are taken is drawn by lot, always in
 * the same order: as seats are taken, dots change and none moves. Mine are in front.
 */
export function hallPicture({ capacity, taken, mine }: HallSeats): HallPicture {
  const seatsPerDot = Math.max(1, Math.ceil(capacity / DOTS_MAX));
  const places = rowsOf(Math.max(1, Math.ceil(capacity / seatsPerDot)));
  const shown = countsOf({ taken, mine, dots: places.length, seatsPerDot });

  const order = lots(places.length - shown.mine).map((place) => place + shown.mine);
  const isTaken = new Set(order.slice(0, shown.taken));
  const dots = places.map(({ x, y }, place) => {
    const is = place < shown.mine ? "mine" : isTaken.has(place) ? "taken" : "free";
    return { x, y, is } as const;
  });
  return { dots, radius: radiusOf(places.length), seatsPerDot };
}

/** No dot says free where no seat is, and whoever has a seat sees one. */
function countsOf({
  taken,
  mine,
  dots,
  seatsPerDot,
}: {
  readonly taken: number;
  readonly mine: number;
  readonly dots: number;
  readonly seatsPerDot: number;
}) {
  const mineShown = Math.min(dots, Math.ceil(mine / seatsPerDot));
  return { mine: mineShown, taken: Math.min(dots - mineShown, Math.ceil(taken / seatsPerDot)) };
}

const rowCount = (dots: number) => Math.min(ROWS_MAX, Math.max(1, Math.round(Math.sqrt(dots / 2))));

function radiiOf(dots: number): readonly number[] {
  const rows = rowCount(dots);
  const step = rows === 1 ? 0 : Math.min(ROW_STEP_MAX, (ROW_LAST - ROW_FIRST) / (rows - 1));
  return Array.from({ length: rows }, (_, row) => ROW_FIRST + row * step);
}

/** The places of all dots, row by row from the front, each row's from the middle outwards. */
function rowsOf(dots: number): readonly { readonly x: number; readonly y: number }[] {
  const radii = radiiOf(dots);
  const total = radii.reduce((sum, radius) => sum + radius, 0);
  let placed = 0;
  let upTo = 0;
  return radii.flatMap((radius, row) => {
    upTo += (dots * radius) / total;
    const count = (row === radii.length - 1 ? dots : Math.round(upTo)) - placed;
    placed += count;
    return arcOf(radius, count);
  });
}

function arcOf(radius: number, count: number) {
  const middle = (count - 1) / 2;
  return Array.from({ length: count }, (_, nth) => nth)
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b)
    .map((nth) => {
      const share = count === 1 ? 0.5 : nth / (count - 1);
      const angle = OPEN + share * (Math.PI - 2 * OPEN);
      return {
        x: rounded(CENTRE_X + radius * Math.cos(angle)),
        y: rounded(-radius * Math.sin(angle)),
      };
    });
}

function radiusOf(dots: number): number {
  const radii = radiiOf(dots);
  const total = radii.reduce((sum, radius) => sum + radius, 0);
  const [first = 0, second = first + ROW_STEP_MAX] = radii;
  const along = ((Math.PI - 2 * OPEN) * total) / Math.max(1, dots);
  return rounded(Math.min(6, 0.36 * Math.min(along, second - first)));
}

/** The numbers below `count` in an order that looks like chance and is always the same. */
function lots(count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, nth) => nth);
  let seed = 2_463_534_242;
  for (let last = count - 1; last > 0; last -= 1) {
    seed = xorshift(seed);
    const other = seed % (last + 1);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}

/** Marsaglia's generator of 32 bits. */
function xorshift(seed: number): number {
  const a = seed ^ (seed << 13);
  const b = a ^ (a >>> 17);
  return (b ^ (b << 5)) >>> 0;
}

const rounded = (value: number) => Math.round(value * 10) / 10;
