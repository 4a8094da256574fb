import { describe, expect, test } from "bun:test";
import { type Review, ReviewSchema } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { ownFirst } from "./own-first.ts";

const review = (id: string, mine = false): Review => create(ReviewSchema, { id, mine });
const ids = (reviews: readonly Review[]) => reviews.map(({ id }) => id);

describe("one's own review", () => {
  test("stands before all others, wherever it stood", () => {
    const read = [review("a"), review("b", true), review("c")];
    expect(ids(ownFirst(read, undefined))).toEqual(["b", "a", "c"]);
    expect(ids(ownFirst(read, review("b", true)))).toEqual(["b", "a", "c"]);
  });

  test("is there before its page of the list is read", () => {
    expect(ids(ownFirst([review("a")], review("z", true)))).toEqual(["z", "a"]);
  });

  test("is missed by nobody who wrote none", () => {
    expect(ids(ownFirst([review("a"), review("b")], undefined))).toEqual(["a", "b"]);
  });
});
