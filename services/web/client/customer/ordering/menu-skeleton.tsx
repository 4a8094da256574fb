import { Bone, Skeleton } from "../../kit/skeleton.tsx";

/** The menu's place, as large as nine dishes. */
export function MenuSkeleton() {
  return (
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
  );
}
