import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { useKeptHeight } from "./kept-height.ts";

/** The menu's place: as tall as it was, so that a page loaded again stands where it stood; else as nine dishes. */
export function MenuSkeleton() {
  const minHeight = useKeptHeight();
  return (
    <div style={{ minHeight }}>
      <Skeleton label="Loading the menu" className="dishes">
        {["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((key) => (
          <div key={key} className="dish card">
            <Bone height="100%" />
            <div className="dish__b">
              <Bone width="60%" height="1.25rem" />
              <Bone width="90%" />
              <Bone width="40%" height="2.75rem" />
            </div>
          </div>
        ))}
      </Skeleton>
    </div>
  );
}
