import { Page } from "../../kit/page.tsx";

/** Orders. */
export function OrdersPage() {
  return (
    <Page title="Orders" brand="quickbite">
      <div className="wrap page">
        <h1 className="display h1">Orders</h1>
      </div>
    </Page>
  );
}
