const width = 120;
const height = 32;
const margin = 4;

/** The course of a number, without axes: the number itself stands beside it. */
export function Spark({ values }: { readonly values: readonly number[] }) {
  const line = sparkLine(values);
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="a" d={`${line} L${width} ${height} L0 ${height}Z`} />
      <path className="l" d={line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

/** From the left edge to the right one; the largest value touches the top, 0 the ground. */
export function sparkLine(values: readonly number[]): string {
  const known = values.length > 1 ? values : [values[0] ?? 0, values[0] ?? 0];
  const largest = Math.max(...known, Number.MIN_VALUE);
  const points = known.map((value, at) => {
    const x = (at / (known.length - 1)) * width;
    const y = height - 2 - (value / largest) * (height - 2 - margin);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join(" L")}`;
}
