/** Sets this process's clock ahead or back for good, as a machine without time synchronisation has it. */
export function skewClock(byMs: number): void {
  const Real = Date;
  const now = () => Real.now() + byMs;
  // Called as a function it would give a text, which nobody here asks for.
  const skewed = class extends Real {
    constructor(...given: [] | [value: number | string | Date]) {
      const [value = now()] = given;
      super(value);
    }
    static override now = now;
  };
  globalThis.Date = skewed as DateConstructor;
}
