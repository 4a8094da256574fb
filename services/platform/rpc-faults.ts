import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { create } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import {
  CompilationError,
  RuntimeError,
  ValidationError,
  type Violation,
  violationsToProto,
} from "@bufbuild/protovalidate";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { Refusal, type RefusalKind } from "./errors.ts";
import type { Log } from "./log.ts";
import { isDatabaseOutage } from "./outage.ts";

/**
 * The one table from a refusal's kind to its RPC code. Retrying helps with UNAVAILABLE and
 * RESOURCE_EXHAUSTED alone; FAILED_PRECONDITION waits for the state to change.
 */
export const refusalCodes: Readonly<Record<RefusalKind, Code>> = {
  invalid: Code.InvalidArgument,
  unauthenticated: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  not_found: Code.NotFound,
  conflict: Code.FailedPrecondition,
  insufficient: Code.FailedPrecondition,
  mismatch: Code.AlreadyExists,
  limited: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
};

/**
 * Tells the caller why a call failed: a refusal in full, an outage by its name, and of a fault
 * nothing but that it happened. What the caller is not told is logged.
 */
export function rpcFaults(log: Log): Interceptor {
  return (next) => async (request) => {
    const tell = (error: unknown): ConnectError => {
      const told = connectErrorOf(error);
      const level = isDatabaseOutage(error) ? "warn" : "error";
      const { method } = request;
      if (!isExpected(error)) log[level]("rpc failed", { rpc: `${method}`, err: error });
      return told;
    };

    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: tellingFaults(response.message, tell) };
    } catch (error) {
      throw tell(error);
    }
  };
}

/** Anything thrown as the error that its caller gets. */
export function connectErrorOf(error: unknown): ConnectError {
  if (error instanceof Refusal) return errorOfRefusal(error);
  if (error instanceof ConnectError && !isContractFault(error)) {
    return error.cause instanceof ValidationError ? errorOfViolations(error.cause) : error;
  }
  if (!isDatabaseOutage(error)) return new ConnectError("internal error", Code.Internal);
  return errorOfRefusal(
    new Refusal("unavailable", "database_unavailable", "database unavailable", {
      retryAfterSeconds: 1,
    }),
  );
}

function isExpected(error: unknown): boolean {
  return error instanceof Refusal || (error instanceof ConnectError && !isContractFault(error));
}

/** The validator blames the request also when a rule of ours cannot be evaluated. */
function isContractFault({ cause }: ConnectError): boolean {
  return cause instanceof CompilationError || cause instanceof RuntimeError;
}

function errorOfRefusal(refusal: Refusal): ConnectError {
  const { kind, reason, message, details, retryAfterSeconds } = refusal;
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": `${retryAfterSeconds}` };
  const detail = refusalDetail(reason, details);
  return new ConnectError(message, refusalCodes[kind], headers, [detail], refusal);
}

/** What programs match on, beside the code and the text of an error. */
export function refusalDetail(reason: string, details: Readonly<Record<string, unknown>>) {
  const members = Object.keys(details).length === 0 ? {} : { members: jsonOf(details) };
  return { desc: RefusalDetailSchema, value: create(RefusalDetailSchema, { reason, ...members }) };
}

/** Members are what JSON can say; numbers that it cannot hold exactly become strings. */
function jsonOf(details: Readonly<Record<string, unknown>>) {
  const text = JSON.stringify(details, (_, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return JSON.parse(text);
}

/** The first broken rule is the answer, as behind HTTP; the details hold all of them. */
function errorOfViolations(error: ValidationError): ConnectError {
  const [first] = error.violations;
  const message = first === undefined ? "invalid request" : textOf(first);
  const [value, desc] = violationsToProto(error.violations);
  return new ConnectError(message, Code.InvalidArgument, undefined, [{ desc, value }], error);
}

/** Rules written in CEL have their full text from us; the library's own texts lack the field's name. */
function textOf({ message, field, rule }: Violation): string {
  const ours = /\bcel\[/.test(pathToString(rule));
  return ours ? message : `${pathToString(field)} ${message}`;
}

async function* tellingFaults<T>(
  messages: AsyncIterable<T>,
  tell: (error: unknown) => ConnectError,
) {
  try {
    yield* messages;
  } catch (error) {
    throw tell(error);
  }
}
