import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import {
  InventoryRejectedSchema,
  InventoryReservedSchema,
} from "./gen/inventory/v1/inventory_messages_pb.ts";
import {
  ReserveStockRequestSchema,
  ReserveStockResponseSchema,
} from "./gen/inventory/v1/inventory_pb.ts";
import { OrderSchema, OrderStatusSchema } from "./gen/orders/v1/orders_service_pb.ts";

const root = join(import.meta.dir, "..");

describe("the contracts", () => {
  test("follow the lint rules", async () => {
    const { stdout, exitCode } = await buf("lint");

    expect(new TextDecoder().decode(stdout)).toBe("");
    expect(exitCode).toBe(0);
  });

  test("are formatted", async () => {
    const paths = ["orders", "inventory", "platform"].flatMap((name) => [
      "--path",
      `proto/${name}`,
    ]);

    const { stdout } = await buf("format", "--diff", ...paths);

    expect(new TextDecoder().decode(stdout)).toBe("");
  });

  test("explain every file, message, field, enum, service and call in full sentences", async () => {
    const files = (await describedFiles()).filter(({ name }) =>
      /^(orders|inventory|platform)\//.test(name),
    );

    expect(files.length).toBeGreaterThanOrEqual(6);
    expect(files.flatMap(unexplained)).toEqual([]);
  });

  test("keep the numbers that scripts rely on", () => {
    expect(shapeOf(ReserveStockRequestSchema)).toEqual(["1 sku", "2 quantity", "3 order_id"]);
    expect(shapeOf(ReserveStockResponseSchema)).toEqual(["1 reserved", "2 reservation_id"]);
  });

  test("give an order the names it has in REST", () => {
    expect(OrderSchema.fields.map((field) => field.jsonName)).toEqual([
      "id",
      "userId",
      "note",
      "status",
      "sku",
      "quantity",
      "items",
      "reason",
      "missing",
      "totalCents",
      "version",
      "createdAt",
      "updatedAt",
    ]);
    expect(OrderStatusSchema.values.map((value) => value.localName)).toEqual([
      "UNSPECIFIED",
      "PENDING",
      "CONFIRMED",
      "CANCELLED",
    ]);
  });

  test("give both outcomes of inventory the same fields under the same numbers", () => {
    expect(shapeOf(InventoryReservedSchema)).toEqual(shapeOf(InventoryRejectedSchema));
  });

  test("are judged by the very rules that the installed validator knows", async () => {
    const vendored = (await describedFiles()).find(
      ({ name }) => name === "buf/validate/validate.proto",
    );
    if (!vendored) throw new Error("buf/validate/validate.proto is not vendored");
    delete vendored.sourceCodeInfo;

    expect(toBinary(FileDescriptorProtoSchema, vendored)).toEqual(
      toBinary(FileDescriptorProtoSchema, file_buf_validate_validate.proto),
    );
  });
});

function shapeOf({ fields }: DescMessage): readonly string[] {
  return fields.map((field) => `${field.number} ${field.name}`);
}

/** Names what of a file has no comment, or one that does not end as a sentence does. */
function unexplained(file: FileDescriptorProto): readonly string[] {
  const comments = new Map(
    file.sourceCodeInfo?.location.map((at) => [at.path.join("."), at.leadingComments]),
  );
  // A path is a chain of field numbers in descriptor.proto: 12 is the syntax line, 4.0.2.1 the
  // second field of the first message.
  const named: readonly (readonly [path: string, name: string])[] = [
    ["12", "file"],
    ...file.messageType.flatMap((message, m) => [
      [`4.${m}`, message.name] as const,
      ...message.field.map(
        (field, f) => [`4.${m}.2.${f}`, `${message.name}.${field.name}`] as const,
      ),
    ]),
    ...file.enumType.flatMap((type, e) => [
      [`5.${e}`, type.name] as const,
      ...type.value.map((value, v) => [`5.${e}.2.${v}`, value.name] as const),
    ]),
    ...file.service.flatMap((service, s) => [
      [`6.${s}`, service.name] as const,
      ...service.method.map(
        (call, c) => [`6.${s}.2.${c}`, `${service.name}.${call.name}`] as const,
      ),
    ]),
  ];
  return named
    .filter(([path]) => !/\.\s*$/.test(comments.get(path) ?? ""))
    .map(([, name]) => `${file.name}: ${name}`);
}

/** Every file of both modules as `buf` compiles it, comments included. */
async function describedFiles(): Promise<readonly FileDescriptorProto[]> {
  const { stdout } = await buf("build", "--as-file-descriptor-set", "--output", "-");
  return fromBinary(FileDescriptorSetSchema, stdout).file;
}

async function buf(...args: readonly string[]) {
  const command = [process.execPath, join(root, "node_modules/@bufbuild/buf/bin/buf"), ...args];
  const child = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const stdout = await new Response(child.stdout).bytes();
  return { stdout, exitCode: await child.exited };
}
