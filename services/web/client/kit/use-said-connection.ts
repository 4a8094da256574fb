import { useEffect, useRef } from "react";
import type { LiveState } from "../lib/live-loop.ts";
import { announce } from "./announcer.tsx";

/** Most connections are back before anybody has heard that they were gone. */
const saidAfterMs = 2_000;

/** Says that what is shown may be old, when that lasts, and then that it is of now again. */
export function useSaidConnection(status: LiveState<unknown>["status"]): void {
  const wasSaid = useRef(false);
  const isStale = status === "reconnecting" || status === "failed";
  useEffect(() => {
    if (!isStale) {
      if (wasSaid.current) announce("Connected again.");
      wasSaid.current = false;
      return;
    }
    const timer = setTimeout(() => {
      wasSaid.current = true;
      announce("The connection is lost. What you see may be old.");
    }, saidAfterMs);
    return () => clearTimeout(timer);
  }, [isStale]);
}
