import { expect, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { endSignals } from "./end-signals.ts";

test("the first interrupt stops, its echo does nothing, and a later one kills", async () => {
  let kills = 0;
  using signals = endSignals(() => {
    kills += 1;
  });

  signals.interrupt("Ctrl-C");
  expect(signals.stopping.reason).toBe("Ctrl-C");
  signals.interrupt("SIGTERM");
  expect(kills).toBe(0);
  expect(signals.stopping.reason).toBe("Ctrl-C");

  await eventually(() => {
    signals.interrupt("Ctrl-C");
    expect(kills).toBe(1);
  });
});
