import { describe, expect, test } from "bun:test";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
} from "@app/contracts/gen/grpc/reflection/v1/reflection_pb.ts";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { create, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { addReflection } from "./grpc-reflection.ts";

const reflection = createClient(
  ServerReflection,
  createRouterTransport((router) => addReflection(router, [InventoryService])),
);

async function ask(...questions: readonly ServerReflectionRequest["messageRequest"][]) {
  async function* requests() {
    for (const messageRequest of questions)
      yield create(ServerReflectionRequestSchema, { messageRequest });
  }
  const responses = await Array.fromAsync(reflection.serverReflectionInfo(requests()));
  return responses.map(({ messageResponse }) => messageResponse);
}

/** The names of the files in an answer. */
function filesIn(answer: Awaited<ReturnType<typeof ask>>[number] | undefined): readonly string[] {
  if (answer?.case !== "fileDescriptorResponse") throw new Error(`answered ${answer?.case}`);
  return answer.value.fileDescriptorProto.map(
    (bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name,
  );
}

describe("gRPC reflection", () => {
  test("finds the file of a service, a call, a message and a field, with all it imports", async () => {
    const answers = await ask(
      { case: "fileContainingSymbol", value: "inventory.v1.InventoryService" },
      { case: "fileContainingSymbol", value: "inventory.v1.InventoryService.ReserveStock" },
      { case: "fileContainingSymbol", value: "inventory.v1.ReserveStockRequest" },
      { case: "fileContainingSymbol", value: "inventory.v1.ReserveStockRequest.sku" },
      { case: "fileByFilename", value: "inventory/v1/inventory.proto" },
    );

    for (const answer of answers) {
      const files = filesIn(answer);
      expect(files[0]).toBe("inventory/v1/inventory.proto");
      expect(files).toContain("buf/validate/validate.proto");
      expect(new Set(files).size).toBe(files.length);
    }
  });

  test("finds the options that contracts are written with", async () => {
    const [numbers, extension] = await ask(
      { case: "allExtensionNumbersOfType", value: "google.protobuf.FieldOptions" },
      {
        case: "fileContainingExtension",
        value: {
          $typeName: "grpc.reflection.v1.ExtensionRequest",
          containingType: "google.protobuf.FieldOptions",
          extensionNumber: 1159,
        },
      },
    );

    expect(numbers?.value).toMatchObject({ extensionNumber: expect.arrayContaining([1159]) });
    expect(filesIn(extension)[0]).toBe("buf/validate/validate.proto");
  });

  test("says what it does not know, and goes on", async () => {
    const answers = await ask(
      { case: "fileByFilename", value: "../../etc/passwd" },
      { case: "fileContainingSymbol", value: "" },
      { case: undefined },
      { case: "listServices", value: "" },
    );

    expect(answers.map((answer) => answer.case)).toEqual([
      "errorResponse",
      "errorResponse",
      "errorResponse",
      "listServicesResponse",
    ]);
    expect(answers[0]?.value).toMatchObject({ errorCode: Code.NotFound });
  });
});
