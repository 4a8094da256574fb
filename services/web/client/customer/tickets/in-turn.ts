/** Nobody has so many in hand; whoever sends more is told no. */
const WAITING_MAX = 50;

/**
 * Works on one thing after another, in the order in which they came. Hears of each thing, and answers
 * whether it will be worked on; `onBusy` hears when the work begins and when nothing waits any more.
 */
export function inTurn<Item>(
  work: (item: Item) => Promise<void>,
  onBusy: (busy: boolean) => void,
): (item: Item) => boolean {
  const waiting: Item[] = [];
  let busy = false;
  const workOff = async () => {
    busy = true;
    onBusy(true);
    try {
      for (const item of untilEmpty(waiting)) await work(item);
    } finally {
      busy = false;
      onBusy(false);
    }
  };
  return (item) => {
    if (waiting.length >= WAITING_MAX) return false;
    waiting.push(item);
    if (!busy) void workOff();
    return true;
  };
}

/** Also what comes while the items before it are looked at. */
function* untilEmpty<Item>(items: Item[]): Iterable<Item> {
  for (let next = items.shift(); next !== undefined; next = items.shift()) yield next;
}
