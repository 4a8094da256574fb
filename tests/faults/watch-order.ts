const WATCH_DEADLINE_MS = 2_000;

/** Follows an order's stream until it ends or breaks, and names what no watcher should see. */
export async function watchOrder(url: string, id: number): Promise<readonly string[]> {
  const versions: number[] = [];
  const statuses: string[] = [];
  try {
    const response = await fetch(`${url}/v1/orders/${id}/stream`, {
      signal: AbortSignal.timeout(WATCH_DEADLINE_MS),
    });
    if (response.status === 503) return [];
    if (response.status !== 200) return [`watching order ${id} was answered ${response.status}`];
    for (const [, name, value] of (await response.text()).matchAll(/^(id|data): ?(.*)$/gm)) {
      if (name === "id") versions.push(Number(value));
      else statuses.push(JSON.parse(value ?? "{}").status);
    }
  } catch (error) {
    // Cut off or timed out: a watcher connects again, and what it saw is lost with the connection.
    if (error instanceof SyntaxError) return [`order ${id} was streamed as no JSON`];
  }
  const seen = statuses.join(" ");
  const rising = versions.every((version, index) => version > (versions[index - 1] ?? 0));
  const lawful = /^(PENDING ?)?(CONFIRMED ?)?(CANCELLED)?$/.test(seen);
  return rising && lawful ? [] : [`order ${id} was seen as ${seen} at ${versions.join(" ")}`];
}
