import { Badge } from "../../kit/badge.tsx";
import { Icon } from "../../kit/icon.tsx";
import { GoTo } from "../go-to.tsx";
import type { Todo } from "./todos.ts";

/** What somebody has to look at, the worst first. */
export function Urgent({
  todos,
  asked,
}: {
  readonly todos: readonly Todo[];
  readonly asked: boolean;
}) {
  return (
    <section className="card urgent" aria-labelledby="urgent-h">
      <div className="sheet-h">
        <h2 id="urgent-h">Needs a person</h2>
        {todos.length > 0 && (
          <span className="badge badge--bad push num">
            {todos.length}
            <span className="vh"> things</span>
          </span>
        )}
      </div>
      {todos.length === 0 ? (
        <p className="urgent__none muted">
          {asked ? (
            <>
              <Icon name="check" /> Nothing. Whatever fails and does not mend itself stands here.
            </>
          ) : (
            "Asking every service."
          )}
        </p>
      ) : (
        <ul className="todolist rows">
          {todos.map((todo) => (
            <li key={todo.key} data-row>
              <Badge tone={todo.tone} icon={todo.icon}>
                {todo.size}
              </Badge>
              <p>
                <b>{todo.what}</b> <span className="todolist__why">{todo.why}</span>
              </p>
              {todo.to === "/console" ? (
                <span className="muted">{todo.action}</span>
              ) : (
                <GoTo className="hit" to={todo.to} search={todo.search}>
                  {todo.action}
                </GoTo>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
