import { plural } from "../../lib/format.ts";
import "./reviews.css";

interface StarsProps {
  /** 0 to 5. */
  readonly rating: number;
  /** How many reviews it is the average of; without it the stars are those of one. */
  readonly reviews?: number | undefined;
}

const review = { one: "review", other: "reviews" };

/** Stars as a row of five, filled as far as they go; readers are told the number. */
export function Stars({ rating, reviews }: StarsProps) {
  const told = Number.isInteger(rating) ? String(rating) : rating.toFixed(1);
  return (
    <span className="stars">
      <span className="stars__row" aria-hidden="true">
        <span className="stars__on" style={{ width: `${rating * 20}%` }}>
          ★★★★★
        </span>
        ★★★★★
      </span>
      {reviews === undefined ? (
        <span className="vh">{told} of 5 stars</span>
      ) : (
        <span className="sm num">
          <span className="vh">{told} of 5 stars, </span>
          <span aria-hidden="true">{told} · </span>
          <span className="muted">{plural(reviews, review)}</span>
        </span>
      )}
    </span>
  );
}
