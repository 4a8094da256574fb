import { ServerReflection } from "@app/contracts/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "@app/contracts/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import {
  createRegistry,
  type DescFile,
  type DescService,
  type Registry,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

/**
 * Registers gRPC reflection for these services, so that `buf curl` and grpcurl need no files of
 * ours. The alpha version has the same messages under another name; older clients know it alone.
 */
export function addReflection(router: ConnectRouter, services: readonly DescService[]): void {
  const contracts = contractsOf([...services, ServerReflection]);
  router.service(ServerReflection, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        const messageResponse = answerTo(request.messageRequest, contracts);
        yield { validHost: request.host, originalRequest: request, messageResponse };
      }
    },
  });
  router.service(ServerReflectionAlpha, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        const messageResponse = answerTo(request.messageRequest, contracts);
        yield { validHost: request.host, originalRequest: request, messageResponse };
      }
    },
  });
}

interface Contracts {
  readonly services: readonly DescService[];
  /** By name, with everything they import. */
  readonly files: ReadonlyMap<string, DescFile>;
  readonly registry: Registry;
}

function contractsOf(services: readonly DescService[]): Contracts {
  const files = new Map<string, DescFile>();
  for (const { file } of services)
    for (const each of withImports(file)) files.set(each.proto.name, each);
  return { services, files, registry: createRegistry(...files.values()) };
}

/** What both versions can be asked. */
type Question =
  | {
      readonly case:
        | "listServices"
        | "fileByFilename"
        | "fileContainingSymbol"
        | "allExtensionNumbersOfType";
      readonly value: string;
    }
  | {
      readonly case: "fileContainingExtension";
      readonly value: { readonly containingType: string; readonly extensionNumber: number };
    }
  | { readonly case: undefined };

function answerTo(question: Question, { services, files, registry }: Contracts) {
  switch (question.case) {
    case "listServices":
      return {
        case: "listServicesResponse" as const,
        value: { service: services.map(({ typeName }) => ({ name: typeName })) },
      };
    case "fileByFilename":
      return fileAnswer(files.get(question.value));
    case "fileContainingSymbol":
      return fileAnswer(fileDeclaring(question.value, registry));
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      const extensions = extensionsOf(containingType, registry);
      return fileAnswer(extensions.find(({ number }) => number === extensionNumber)?.file);
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = extensionsOf(question.value, registry).map(({ number }) => number);
      const value = { baseTypeName: question.value, extensionNumber };
      return { case: "allExtensionNumbersResponse" as const, value };
    }
    case undefined:
      return errorAnswer(Code.InvalidArgument, "the request asks nothing");
  }
}

function fileAnswer(file: DescFile | undefined) {
  if (!file) return errorAnswer(Code.NotFound, "not found");
  const fileDescriptorProto = withImports(file).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: "fileDescriptorResponse" as const, value: { fileDescriptorProto } };
}

function errorAnswer(errorCode: Code, errorMessage: string) {
  return { case: "errorResponse" as const, value: { errorCode, errorMessage } };
}

/** Calls, fields and enum values are declared where their parent is. */
function fileDeclaring(symbol: string, registry: Registry): DescFile | undefined {
  const parent = symbol.slice(0, Math.max(symbol.lastIndexOf("."), 0));
  return (registry.get(symbol) ?? registry.get(parent))?.file;
}

function extensionsOf(typeName: string, registry: Registry) {
  return [...registry].flatMap((type) =>
    type.kind === "extension" && type.extendee.typeName === typeName ? [type] : [],
  );
}

/** The file and, once each, all that it imports, directly or not. */
function withImports(file: DescFile, seen = new Set<DescFile>()): readonly DescFile[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return [file, ...file.dependencies.flatMap((imported) => withImports(imported, seen))];
}
