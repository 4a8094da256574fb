import { duration } from "../../lib/format.ts";
import { foldOverMs } from "./fold-time.ts";
import type { Hop } from "./hops.ts";
import { participantsOf, type Step, stepsOf } from "./steps.ts";

const columnWidth = 172;
const boxWidth = 128;
const headHeight = 54;
const stepHeight = 46;
const foldHeight = 34;
/** A longer sequence says less than its list of steps. */
const stepsMax = 60;

interface Placed {
  readonly step: Step;
  readonly y: number;
  /** Nothing happened for so long before it. */
  readonly foldedMs: number | undefined;
}

/** Who told what to whom: services in boxes, streams in capitals, time downwards. */
export function Sequence({
  hops,
  title,
}: {
  readonly hops: readonly Hop[];
  readonly title: string;
}) {
  const names = participantsOf(hops);
  const steps = stepsOf(hops)
    .filter(({ from, to }) => from !== to || names.length === 1)
    .slice(0, stepsMax);
  const placed = place(steps);
  const height = (placed.at(-1)?.y ?? headHeight) + stepHeight;
  const width = Math.max(names.length * columnWidth, columnWidth * 2);
  const x = (name: string) => Math.max(0, names.indexOf(name)) * columnWidth + columnWidth / 2;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend with it.
    <div
      className="table-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key.
      tabIndex={0}
      role="group"
      aria-label="Sequence, scrolls sideways"
    >
      <svg
        className="seq"
        viewBox={`0 0 ${width} ${height}`}
        style={{ minWidth: `${names.length * 8.5}rem`, maxWidth: `${width}px` }}
        role="img"
        aria-label={`Sequence of ${title}. The steps are listed beside it.`}
      >
        <defs>
          <marker
            id="seq-head"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path className="sah" d="M0 0 8 4 0 8Z" />
          </marker>
        </defs>
        {names.map((name) => (
          <Participant key={name} name={name} x={x(name)} height={height} />
        ))}
        {placed.map(({ step, y, foldedMs }) => (
          <g key={step.id}>
            {foldedMs !== undefined && (
              <text className="sd" x={width / 2} y={y - stepHeight / 2 - 8} textAnchor="middle">
                ··· {duration(foldedMs)} folded ···
              </text>
            )}
            <Arrow step={step} y={y} from={x(step.from)} to={x(step.to)} />
          </g>
        ))}
      </svg>
    </div>
  );
}

function place(steps: readonly Step[]): readonly Placed[] {
  let y = headHeight;
  return steps.map((step, index) => {
    const gapMs = index === 0 ? 0 : step.at - (steps[index - 1]?.at ?? step.at);
    const isFolded = gapMs > foldOverMs;
    y += stepHeight + (isFolded ? foldHeight : 0);
    return { step, y, foldedMs: isFolded ? gapMs : undefined };
  });
}

function Participant({
  name,
  x,
  height,
}: {
  readonly name: string;
  readonly x: number;
  readonly height: number;
}) {
  const isStream = name === name.toUpperCase();
  return (
    <g>
      <path className="life" d={`M${x} 42V${height}`} />
      <rect
        className={isStream ? "sst" : "ssv"}
        x={x - boxWidth / 2}
        y="12"
        width={boxWidth}
        height="30"
        rx={isStream ? 2 : 6}
      />
      <text className={isStream ? "sl mono" : "sl"} x={x} y="32" textAnchor="middle">
        {name}
      </text>
    </g>
  );
}

function Arrow({
  step,
  y,
  from,
  to,
}: {
  readonly step: Step;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}) {
  const { what, bad, waited } = step;
  const inset = to > from ? 6 : -6;
  return (
    <>
      <path
        className={bad ? "sm-l dash" : "sm-l"}
        d={`M${from + inset} ${y}H${to - inset}`}
        markerEnd="url(#seq-head)"
      />
      <text className={bad ? "se" : "st"} x={(from + to) / 2} y={y - 7} textAnchor="middle">
        {shortened(what)}
      </text>
      {waited !== undefined && (
        <text className="sd" x={(from + to) / 2} y={y + 14} textAnchor="middle">
          {waited.what} {duration(waited.ms)}
        </text>
      )}
    </>
  );
}

/** What fits beside its neighbours; the list has all of it. */
function shortened(what: string): string {
  const short = what.replace(/ stored as .*| written to .*|: .*/, "");
  return short.length > 34 ? `${short.slice(0, 33)}…` : short;
}
