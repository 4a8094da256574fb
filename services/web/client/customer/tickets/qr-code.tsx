import { useMemo } from "react";
import { encode } from "uqr";

const BORDER = 4;

/** A text as a QR code, dark on white in both themes, with the quiet zone that cameras need. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={`M0 0h${size}v${size}H0z`} fill="#fff" />
      <path d={path} fill="#120d20" shapeRendering="crispEdges" />
    </svg>
  );
}

function drawn(text: string) {
  // A screen has no scratches: with the least correction the modules are the largest.
  const { data, size } = encode(text, { ecc: "L", border: BORDER });
  // One stroke for each run of dark modules keeps the drawing small.
  const runs = data.flatMap((row, y) =>
    runsIn(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`),
  );
  return { size, path: runs.join("") };
}

function runsIn(row: readonly boolean[]): readonly (readonly [start: number, width: number])[] {
  const runs: [number, number][] = [];
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1);
    if (dark && last && last[0] + last[1] === x) last[1] += 1;
    else if (dark) runs.push([x, 1]);
  }
  return runs;
}
