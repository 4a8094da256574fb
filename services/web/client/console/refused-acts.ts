import { Problem } from "../lib/problem.ts";

const listeners = new Set<() => void>();

/** Tells when a service refused an act because the caller has not the role. Returns how to stop it. */
export function onRefusedAct(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Passes on what an act failed with, where it failed for the role: any other failure is told where it stands. */
export function noteRefusedAct(problem: unknown): void {
  if (!(problem instanceof Problem) || problem.code !== "role_missing") return;
  for (const listener of listeners) listener();
}
