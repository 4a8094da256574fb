/** How often something happens in a second, over what Grafana shows as one point. */
export const rate = (series: string) => `rate(${series}[$__rate_interval])`;

/** A quantile of a histogram, for each value of these labels. */
export const quantile = (share: number, series: string, by: readonly string[]) =>
  `histogram_quantile(${share}, sum by (${[...by, "le"].join(", ")}) (${rate(series)}))`;

/** What every replica tells alike, because it is read from the database or the broker. */
export const toldByAll = (series: string, by: readonly string[]) =>
  `max by (${by.join(", ")}) (${series})`;
