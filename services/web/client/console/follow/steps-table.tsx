import { count, duration } from "../../lib/format.ts";
import type { Hop } from "./hops.ts";
import { stepsOf } from "./steps.ts";

/** All that happened, in words. */
export function StepsTable({ hops }: { readonly hops: readonly Hop[] }) {
  const steps = stepsOf(hops);
  const zero = steps[0]?.at ?? 0;
  return (
    <table className="table followsteps">
      <caption className="vh">Each step, with the milliseconds since the first</caption>
      <thead>
        <tr>
          <th scope="col" className="r">
            ms
          </th>
          <th scope="col">What, where</th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ id, at, what, where, bad, waited }) => (
          <tr key={id} className={bad ? "bad" : undefined}>
            <td className="r mono">{count(at - zero)}</td>
            <td>
              {what}
              <span className="xs wh">
                {where}
                {waited !== undefined && `, ${waited.what} ${duration(waited.ms)}`}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
