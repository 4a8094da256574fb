import { useCallback, useState } from "react";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useAskAgain } from "../ask.ts";
import { actOps, type ServiceName } from "../ops.ts";

export interface Act {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  /** Has the service do it, and asks anew what it says of itself. Undefined when it was refused. */
  run<T>(service: ServiceName, path: string, body?: object): Promise<T | undefined>;
  forget(): void;
}

/** Something that a person does: one at a time, with what went wrong kept until the next. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const askAgain = useAskAgain();

  const run = useCallback(
    async <T>(service: ServiceName, path: string, body: object = {}) => {
      setBusy(true);
      setProblem(undefined);
      try {
        const done = await actOps<T>(service, path, body);
        void askAgain(service);
        return done;
      } catch (error) {
        setProblem(problemOf(error));
        return undefined;
      } finally {
        setBusy(false);
      }
    },
    [askAgain],
  );
  return { busy, problem, run, forget: useCallback(() => setProblem(undefined), []) };
}
