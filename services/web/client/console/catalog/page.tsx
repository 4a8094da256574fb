import { ConsolePage } from "../console-page.tsx";

export function CatalogPage() {
  return (
    <ConsolePage title="Catalog">
      <p className="muted">Every message there is, with its fields and who listens to it.</p>
    </ConsolePage>
  );
}
