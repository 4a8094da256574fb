import {
  type User as ProtoUser,
  UserSchema,
} from "@app/contracts/gen/users/v1/users_service_pb.ts";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { User } from "../domain/user.ts";

/** An account as the contract has it. */
export function toProto({ id, name, email, roles, createdAt, updatedAt }: User): ProtoUser {
  return create(UserSchema, {
    id,
    name,
    email,
    roles: [...roles],
    createdAt: timestampFromDate(createdAt),
    updatedAt: timestampFromDate(updatedAt),
  });
}
