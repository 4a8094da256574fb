import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { problemOf } from "../../lib/problem.ts";
import { clientOf } from "../../lib/transport.ts";
import { ConsolePage } from "../console-page.tsx";
import { useGoTo } from "../go-to.tsx";
import { searchTarget } from "../search-target.ts";
import { OrdersTable } from "./orders-table.tsx";

const orders = clientOf(OrdersService);
const shownMax = 10;

/** Where nothing is followed yet: a box to type into, and the newest orders to begin with. */
export function FollowStart() {
  const [text, setText] = useState("");
  const goTo = useGoTo();
  const newest = useQuery({
    queryKey: ["orders", "newest"],
    queryFn: async () => orders.listOrders({ limit: shownMax }),
    refetchInterval: 2_000,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const target = searchTarget(text);
    if (target) goTo(target);
  };
  return (
    <ConsolePage title="Follow" about="one order, booking, event, user or message on its way">
      <form className="card pad followform" onSubmit={submit}>
        <Field
          label="What to follow"
          hint="17 or order 17, booking, event or user and its id, or the id of a message"
          value={text}
          onChange={({ target }) => setText(target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <Button kind="primary" type="submit">
          Follow it
        </Button>
      </form>
      {newest.error !== null && <ProblemNotice problem={problemOf(newest.error)} />}
      <section className="card" aria-labelledby="newest-h">
        <div className="sheet-h">
          <h2 id="newest-h">Newest orders</h2>
        </div>
        <OrdersTable orders={newest.data?.orders ?? []} loading={newest.isPending} />
      </section>
    </ConsolePage>
  );
}
