import { duration } from "../../lib/format.ts";
import { foldTime, legibleFolds, legibleTicks, middleOf, type Scale } from "./fold-time.ts";
import { endOf, type Hop, type Segment, startOf } from "./hops.ts";
import { partNames, stateOf } from "./parts.ts";

/** How far apart labels of the axis stand at least, in percent. */
const labelsApart = 9;
const foldsApart = 12;

/** One row a message and listener, on one scale of milliseconds since the first thing that happened. */
export function Waterfall({ hops }: { readonly hops: readonly Hop[] }) {
  const zero = Math.min(...hops.map(startOf));
  const scale = foldTime(
    hops.flatMap(({ segments }) => segments.flatMap(({ from, to }) => [from, to])),
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend with it.
    <div
      className="wf-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key.
      tabIndex={0}
      role="group"
      aria-label="Timeline, scrolls sideways"
    >
      <div className="wf">
        <Axis scale={scale} zero={zero} />
        <ol className="hops">
          {hops.map((hop) => (
            <HopRow key={hop.id} hop={hop} scale={scale} />
          ))}
        </ol>
        <div className="foldline" aria-hidden="true">
          {scale.folds.map(({ from, left, width }) => (
            <i key={from} style={{ left: `${left}%`, width: `${width}%` }} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Axis({ scale, zero }: { readonly scale: Scale; readonly zero: number }) {
  return (
    <div className="axis" aria-hidden="true">
      <div className="axis__t num">
        {legibleTicks(scale, labelsApart).map((tick, index) => (
          <span
            key={tick}
            className={index % 2 === 1 ? "opt" : undefined}
            style={{ left: `${scale.at(tick)}%` }}
          >
            {duration(tick - zero)}
          </span>
        ))}
      </div>
      <div className="axis__t axis__t--folds num">
        {legibleFolds(scale, foldsApart).map((fold) => (
          <em
            key={fold.from}
            style={{ left: `clamp(1.5rem, ${middleOf(fold)}%, 100% - 2rem)` }}
            title="Nothing happened: folded"
          >
            {duration(fold.to - fold.from)}
          </em>
        ))}
      </div>
    </div>
  );
}

function HopRow({ hop, scale }: { readonly hop: Hop; readonly scale: Scale }) {
  const { name, version, to, stream, segments } = hop;
  const { text } = stateOf(hop);
  const told = segments.map((each) => `${partNames[each.part]} ${lengthOf(each)}`).join(", ");
  return (
    <li className="hop">
      <div className="hop__l">
        <b>
          {name} <span className="faint">v{version}</span>
        </b>
        <span className="xs muted">
          {to ? `to ${to.consumer}` : `in ${stream ?? "the outbox"}`}
        </span>
      </div>
      <div className="hop__t" aria-hidden="true">
        {segments.map((each) => (
          <SegmentBar key={`${each.part} ${each.from}`} segment={each} scale={scale} />
        ))}
      </div>
      <div className="hop__r num">{duration(endOf(hop) - startOf(hop))}</div>
      <p className="vh">
        {told}. Result: {text}.
      </p>
    </li>
  );
}

function SegmentBar({ segment, scale }: { readonly segment: Segment; readonly scale: Scale }) {
  const { part, from, to, open } = segment;
  const left = scale.at(from);
  const width = scale.at(to) - left;
  return (
    <i
      className={`seg seg--${part}${open ? " seg--open" : ""}${to === from ? " seg--point" : ""}`}
      style={{ left: `${left}%`, width: `${width}%` }}
      title={`${partNames[part]} ${lengthOf(segment)}`}
    />
  );
}

const lengthOf = ({ from, to, open, part }: Segment) =>
  part === "handler" && to === from
    ? "at one moment"
    : `${duration(to - from)}${open ? " so far" : ""}`;
