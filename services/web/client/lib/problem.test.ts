import { describe, expect, test } from "bun:test";
import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { Problem, problemOf, problemOfResponse } from "./problem.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;

/** An error as it arrives: its details are still bytes. */
function received(code: Code, message: string, headers: Record<string, string> = {}) {
  const error = new ConnectError(message, code, { traceparent, ...headers });
  const detail = create(RefusalDetailSchema, {
    reason: "insufficient_stock",
    members: { missing: ["burger"] },
  });
  error.details.push({
    type: RefusalDetailSchema.typeName,
    value: toBinary(RefusalDetailSchema, detail),
  });
  return error;
}

describe("a problem", () => {
  test("is told by a Connect error in full", () => {
    const problem = problemOf(
      received(Code.FailedPrecondition, "insufficient stock", { "retry-after": "3" }),
    );

    expect(problem).toMatchObject({
      status: 409,
      code: "insufficient_stock",
      detail: "insufficient stock",
      traceId: trace,
      retryAfterSeconds: 3,
      extra: { missing: ["burger"] },
      isPassing: false,
    });
  });

  test("is named after the Connect code where the service gave no reason", () => {
    const problem = problemOf(new ConnectError("deadline exceeded", Code.DeadlineExceeded));

    expect(problem).toMatchObject({ status: 504, code: "deadline_exceeded", isPassing: true });
    expect(problem.traceId).toBeUndefined();
  });

  test("is told by a REST answer in full", async () => {
    const body = {
      type: "/problems/hold_expired",
      title: "That is not possible now",
      status: 409,
      detail: "hold expired",
      code: "hold_expired",
      traceId: trace,
      left: 3,
    };
    const headers = { "content-type": "application/problem+json", "retry-after": "1" };

    const problem = await problemOfResponse(
      new Response(JSON.stringify(body), { status: 409, headers }),
    );

    const { type: _, ...told } = body;
    const { left, ...fields } = told;
    expect(problem).toMatchObject({ ...fields, extra: { left }, retryAfterSeconds: 1 });
    expect(problem.extra).toEqual({ left });
  });

  test("is told by the status alone where the answer says nothing readable", async () => {
    const headers = { "content-type": "application/json", traceparent };

    const problem = await problemOfResponse(new Response("<html>", { status: 502, headers }));

    expect(problem).toMatchObject({
      status: 502,
      code: "http_502",
      title: "The service cannot be reached",
      traceId: trace,
      isPassing: true,
    });
  });

  test.each([
    ["a failed fetch", new TypeError("Failed to fetch")],
    ["a given up fetch", new DOMException("timed out", "TimeoutError")],
    ["a failed fetch below Connect", ConnectError.from(new TypeError("Failed to fetch"))],
    ["a stream that was given up", new ConnectError("aborted", Code.Canceled)],
  ])("says that there was no answer to %s", (_, error) => {
    expect(problemOf(error)).toMatchObject({ status: 0, code: "no_connection", isPassing: true });
  });

  test("of the page itself passes for none of the network", () => {
    expect(problemOf(new Error("no such route"))).toMatchObject({
      status: 500,
      code: "page_fault",
      detail: "no such route",
      isPassing: false,
    });
  });

  test.each([
    [Code.Unknown, 500],
    [Code.Internal, 500],
    [Code.Unavailable, 503],
    [Code.DeadlineExceeded, 504],
    [Code.ResourceExhausted, 429],
  ])("with code %p leaves open whether something was done", (code, status) => {
    const problem = problemOf(new ConnectError("no word", code));

    expect(problem).toMatchObject({ status, isPassing: true, isRefusal: false });
  });

  test.each([
    Code.InvalidArgument,
    Code.Unauthenticated,
    Code.PermissionDenied,
    Code.NotFound,
    Code.FailedPrecondition,
    Code.AlreadyExists,
  ])("with code %p says that nothing was done", (code) => {
    const problem = problemOf(new ConnectError("no", code));

    expect(problem).toMatchObject({ isPassing: false, isRefusal: true });
  });

  test("stays itself", () => {
    const problem = new Problem({ status: 404, code: "not_found", title: "No", detail: "no" });

    expect(problemOf(problem)).toBe(problem);
  });
});
