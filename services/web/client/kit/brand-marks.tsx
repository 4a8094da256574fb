/** The mark of QuickBite: a bitten plate with its cutlery. */
export function QuickBiteMark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="mark">
      <path
        fill="#d13e03"
        d="M16 2.5c2 0 3.8.4 5.5 1.1a4 4 0 0 0 2.6 4.1 4 4 0 0 0 4.3 4.6A13.5 13.5 0 1 1 16 2.5Z"
      />
      <path
        d="M9.5 12.5v3.3a2.7 2.7 0 0 0 5.4 0v-3.3M12.2 12.5v12M20.5 24.5V16"
        fill="none"
        stroke="#fff6e5"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <path
        d="M20.5 18.5c-2.3 0-2.8-1.6-2.8-3.2 0-2 1.2-3.5 2.8-3.5"
        fill="#fff6e5"
        stroke="#fff6e5"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** The mark of MyEvents: a stage with its curtain open. */
export function MyEventsMark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="mark">
      <path fill="#3b1a4a" d="M3 29V15.5a13 13 0 0 1 26 0V29H3Z" />
      <path fill="#f1b95c" d="m16 8 7.5 18h-15L16 8Z" opacity=".95" />
      <path
        fill="#c0408b"
        d="M3 29V15.5C3 11 5.3 7 8.7 4.7 10.5 13 8.5 22 3 29ZM29 29V15.5c0-4.5-2.3-8.5-5.7-10.8C21.5 13 23.5 22 29 29Z"
      />
      <ellipse cx="16" cy="26" rx="7.5" ry="2" fill="#fff5e7" />
    </svg>
  );
}
