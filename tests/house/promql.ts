/** What an expression of PromQL asks for. */
export interface Asked {
  /** Names of series. */
  readonly series: readonly string[];
  /** Labels that it selects or groups by, each with the series that it stands beside; of all where none does. */
  readonly labels: readonly string[];
}

const words = new Set([
  ...["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring"],
  ...["group_left", "group_right", "inf", "nan"],
]);

const groupings = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/**
 * Reads an expression as far as names go: what is no function, no keyword and no label is a series.
 * It does not check the syntax, which promtool does.
 */
export function askedBy(expression: string): Asked {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\$\w+/g, "");
  const selected = [...bare.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = ""]) =>
    [...inner.matchAll(/([a-z_]\w*)\s*(?:=~|!~|!=|=)/gi)].map(([, label = ""]) => label),
  );
  const grouped = [...bare.matchAll(groupings)].flatMap(([, inner = ""]) =>
    inner
      .split(",")
      .map((label) => label.trim())
      .filter(Boolean),
  );
  const rest = bare.replaceAll(/\{[^}]*\}/g, "").replaceAll(groupings, "");
  const series = [...rest.matchAll(/[a-z_:][\w:]*(?!\w*\s*\()/gi)]
    .filter(({ index }) => !/[\w.]/.test(rest[index - 1] ?? ""))
    .map(([name]) => name)
    .filter((name) => !words.has(name.toLowerCase()));
  return { series: [...new Set(series)], labels: [...new Set([...selected, ...grouped])] };
}
