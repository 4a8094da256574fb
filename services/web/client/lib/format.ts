const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A moment, however a contract tells it: RFC 3339 text, unix milliseconds or a `Date`. */
export type Moment = Date | number | string;

/**
 * How this reader is told numbers and times. All follows their language and their time zone; money
 * is in euros, as the menu's prices are.
 */
export function formatsFor(locale?: string, timeZone?: string) {
  const inZone = timeZone === undefined ? {} : { timeZone };
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, ...inZone });
    return (moment: Moment) => format.format(new Date(moment));
  };
  const euros = new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" });
  const numbers = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  const units = (unit: string, fractionDigits = 0) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: fractionDigits,
    });
  const inMs = units("millisecond");
  const inSeconds = units("second");
  const inTenths = units("second", 1);
  const inMinutes = units("minute");
  const inHours = units("hour");
  const inDays = units("day");

  return {
    /** Cents as euros: `€11.50`. */
    money: (cents: number | bigint) => euros.format(Number(cents) / 100),
    /** `1,204`. */
    count: (n: number | bigint) => numbers.format(n),
    /** `1 dish`, `3 dishes`. */
    plural: (n: number | bigint, word: { readonly one: string; readonly other: string }) =>
      `${numbers.format(n)} ${plurals.select(Number(n)) === "one" ? word.one : word.other}`,
    /** `19:04`. */
    time: dates({ hour: "2-digit", minute: "2-digit" }),
    /** `19:04:12`, where seconds tell something. */
    timeExact: dates({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    /** `Sat, 21 Nov`. */
    day: dates({ weekday: "short", day: "numeric", month: "short" }),
    /** `21 Nov, 19:04`. */
    dateTime: dates({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
    /** The two largest units that say something: `340 ms`, `1.2 sec`, `2 min 5 sec`, `3 hr 20 min`. */
    duration(ms: number): string {
      const whole = (n: number, format: Intl.NumberFormat) => (n === 0 ? [] : [format.format(n)]);
      if (ms < secondMs) return inMs.format(Math.max(0, Math.round(ms)));
      if (ms < 10 * secondMs) return inTenths.format(ms / secondMs);
      if (ms < minuteMs) return inSeconds.format(Math.floor(ms / secondMs));
      const [large, larger, smaller, small] =
        ms < hourMs
          ? ([minuteMs, inMinutes, inSeconds, secondMs] as const)
          : ms < dayMs
            ? ([hourMs, inHours, inMinutes, minuteMs] as const)
            : ([dayMs, inDays, inHours, hourMs] as const);
      const rest = Math.floor((ms % large) / small);
      return [larger.format(Math.floor(ms / large)), ...whole(rest, smaller)].join(" ");
    },
  };
}

/** In the language and the time zone of whoever reads the page. */
export const { money, count, plural, time, timeExact, day, dateTime, duration } = formatsFor();
