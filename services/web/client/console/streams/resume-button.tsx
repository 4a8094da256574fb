import type { ConsumerPauseView } from "@app/platform/messaging/ops-stream-views.ts";
import { useState } from "react";
import { toast } from "../../kit/toast.tsx";
import { problemOf } from "../../lib/problem.ts";
import { ActButton } from "../acting.tsx";
import { useAskAgain } from "../ask.ts";
import { actOps } from "../ops.ts";
import type { KnownConsumer } from "./known-streams.ts";

/** Lets a paused consumer go on: nothing can be lost by it, so nothing is asked. */
export function ResumeButton({ known }: { readonly known: KnownConsumer }) {
  const { service, held } = known;
  const { consumer } = held;
  const [busy, setBusy] = useState(false);
  const askAgain = useAskAgain();
  const resume = async () => {
    setBusy(true);
    try {
      await actOps<ConsumerPauseView>(service, `consumers/${consumer}/resume`);
      await askAgain(service);
      toast({ text: `${consumer} goes on` });
    } catch (error) {
      const { title, detail } = problemOf(error);
      toast({ text: `${consumer} is still paused: ${detail || title}`, icon: "alert" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <ActButton kind="soft" onClick={() => void resume()} busy={busy}>
      {busy ? "Resuming" : "Resume"}
    </ActButton>
  );
}
