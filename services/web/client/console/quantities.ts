const rates = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
const sizes = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** Messages per second: `0/s`, `0.4/s`, `412/s`. */
export function rateText(perSecond: number): string {
  const rounded = perSecond < 10 ? rates.format(perSecond) : sizes.format(Math.round(perSecond));
  return `${rounded}/s`;
}

const steps = [
  [1024 ** 3, "GB"],
  [1024 ** 2, "MB"],
  [1024, "KB"],
] as const;

/** A size in its largest whole unit, by 1024: `96.2 MB`. */
export function bytesText(bytes: number): string {
  const [step, unit] = steps.find(([step]) => bytes >= step) ?? [1, "B"];
  return `${sizes.format(bytes / step)} ${unit}`;
}
