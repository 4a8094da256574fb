const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

/** From here on somebody should make room. */
const fullSoon = 0.8;

/** How much of its declared bytes a stream has used: a full one refuses what is published. */
export function Room({ bytes, max }: { readonly bytes: number; readonly max: number }) {
  const share = max === 0 ? 0 : Math.min(1, bytes / max);
  return (
    <span className={share >= fullSoon ? "room room--soon" : "room"}>
      <span className="meter" aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span className="num xs">{percent.format(share)}</span>
    </span>
  );
}
