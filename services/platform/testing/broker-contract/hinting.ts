import { describe, expect, test } from "bun:test";
import { eventually } from "../eventually.ts";
import type { MakeWorld } from "./world.ts";

export function hinting(name: string, world: MakeWorld): void {
  describe(`${name}: hints`, () => {
    test("are heard by all who listen, in other connections too, until they stop", async () => {
      await using it = await world();
      const other = await it.server.connect();
      const heard: string[] = [];
      const unhook = [
        other.onHint("work", (data) => heard.push(`other ${data}`)),
        it.broker.onHint("work", (data) => heard.push(`own ${data}`)),
        other.onHint("rest", (data) => heard.push(`rest ${data}`)),
      ];

      await eventually(() => {
        it.broker.hint("work", "1");
        expect(new Set(heard)).toEqual(new Set(["other 1", "own 1"]));
      });
      unhook[0]?.();

      await eventually(() => {
        it.broker.hint("work");
        other.hint("rest", "2");
        expect(heard).toContain("own ");
        expect(heard).toContain("rest 2");
      });
      expect(heard).not.toContain("other ");
      await other.close();
    });

    test("are nobody's fault without a connection, and heard again after it came back", async () => {
      await using it = await world();
      const heard: string[] = [];
      it.broker.onHint("work", (data) => heard.push(data));
      await it.server.kill();
      await eventually(() => !it.broker.connected());

      expect(() => it.broker.hint("work", "lost")).not.toThrow();

      await it.server.restart();
      await eventually(() => {
        it.broker.hint("work", "found");
        expect(heard).toContain("found");
      });
      expect(heard).not.toContain("lost");
    });
  });
}
