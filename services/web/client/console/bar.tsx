import { type FormEvent, useState } from "react";
import { Icon } from "../kit/icon.tsx";
import { ThemeSwitch } from "../kit/theme-switch.tsx";
import { toast } from "../kit/toast.tsx";
import { time } from "../lib/format.ts";
import { problemOf } from "../lib/problem.ts";
import { useSession } from "../lib/session.tsx";
import { useGoTo } from "./go-to.tsx";
import { searchBoxId } from "./keys.tsx";
import { useSummary } from "./overview/use-overview.ts";
import { ConsoleMark } from "./rail.tsx";
import { searchTarget } from "./search-target.ts";

/** Search, whether what is shown is live, theme, and who is signed in. */
export function ConsoleBar() {
  return (
    <header className="cbar">
      <ConsoleMark />
      <Search />
      <Connection />
      <ThemeSwitch />
      <Who />
    </header>
  );
}

function Search() {
  const [text, setText] = useState("");
  const goTo = useGoTo();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const target = searchTarget(text);
    if (!target) return;
    goTo(target);
    setText("");
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a form inside <search> would be two landmarks for one thing.
    <form className="search" role="search" onSubmit={submit}>
      <label className="vh" htmlFor={searchBoxId}>
        Find an order, booking, user or message
      </label>
      <Icon name="search" />
      <input
        className="input"
        id={searchBoxId}
        type="search"
        value={text}
        onChange={({ target }) => setText(target.value)}
        placeholder="Order, booking, user or message id"
        autoComplete="off"
        spellCheck={false}
      />
      <kbd>/</kbd>
    </form>
  );
}

/** Says whether the numbers on the page are of this moment, and whose are not. */
function Connection() {
  const { away, lastAt, asked, refused } = useSummary();
  const all = away.length === asked;
  const [kind, text] = refused
    ? (["badge--bad", "Your role is gone"] as const)
    : lastAt === 0
      ? (["", all ? "No connection" : "Connecting"] as const)
      : all
        ? (["badge--bad", `No connection since ${time(lastAt)}`] as const)
        : away.length > 0
          ? (["badge--warn", `Live, without ${away.join(", ")}`] as const)
          : (["badge--ok", "Live"] as const);
  return (
    <span className={`badge push connection ${kind}`} role="status">
      <span className={`dot ${all ? "" : "dot--live"}`} />
      {text}
    </span>
  );
}

function Who() {
  const { user, signOut } = useSession();
  if (!user) return null;
  const leave = () =>
    signOut().catch((error: unknown) => {
      const { title, detail } = problemOf(error);
      toast({ text: `You are still signed in: ${detail || title}`, icon: "alert" });
    });
  return (
    <details className="whomenu">
      <summary className="avatar">
        <span aria-hidden="true">{initials(user.name)}</span>
        <span className="vh">Signed in as {user.name}</span>
      </summary>
      <div className="card pad stack">
        <p>
          <b>{user.name}</b>
          <br />
          <span className="muted">{user.email}</span>
          <br />
          <span className="faint">{user.roles.join(", ")}</span>
        </p>
        <a href="/">Customer pages</a>
        <button className="btn" type="button" onClick={leave}>
          Sign out
        </button>
      </div>
    </details>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join("");
