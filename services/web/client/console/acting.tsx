import { Button, type ButtonProps } from "../kit/button.tsx";
import { useSession } from "../lib/session.tsx";
import type { SessionUser } from "../lib/session-record.ts";

/** Whether the console's calls are answered to this person: an operator, or a viewer who only looks. */
export function mayUseConsole(user: SessionUser | undefined): boolean {
  return ["viewer", "operator"].some((role) => user?.roles.includes(role));
}

/** Whether this person may change something. The services decide; this only says so beforehand. */
export function useMayAct(): boolean {
  return useSession().user?.roles.includes("operator") ?? false;
}

/** A button that changes something: to whoever may only look it is there, and does not work. */
export function ActButton({ disabled, title, ...rest }: ButtonProps) {
  const mayAct = useMayAct();
  return (
    <Button
      {...rest}
      disabled={disabled === true || !mayAct}
      title={mayAct ? title : "Needs the role operator"}
    />
  );
}

/** Says once on each page why its buttons do not work. */
export function ViewOnly() {
  if (useMayAct()) return null;
  return <span className="badge">View only: acting needs the role operator</span>;
}
