import { Page } from "../../kit/page.tsx";

/** Order. */
export function OrderPage() {
  return (
    <Page title="Order" brand="quickbite">
      <div className="wrap page">
        <h1 className="display h1">Order</h1>
      </div>
    </Page>
  );
}
