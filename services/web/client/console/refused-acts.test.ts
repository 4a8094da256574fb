import { expect, test } from "bun:test";
import { Problem } from "../lib/problem.ts";
import { noteRefusedAct, onRefusedAct } from "./refused-acts.ts";

const problem = (code: string) => new Problem({ status: 403, code, title: "No", detail: "no" });

test("an act that is refused for the role is told to who listens, and nothing else is", () => {
  const told: string[] = [];
  const stop = onRefusedAct(() => told.push("refused"));

  noteRefusedAct(problem("lane_moved"));
  noteRefusedAct(new Error("role_missing"));
  expect(told).toEqual([]);

  noteRefusedAct(problem("role_missing"));
  expect(told).toEqual(["refused"]);

  stop();
  noteRefusedAct(problem("role_missing"));
  expect(told).toEqual(["refused"]);
});
