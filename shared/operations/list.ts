// Written by scripts/write-operations.ts. Do not edit: add a file below this folder instead.
import type { Operation } from "../catalogue/operation.ts";
import groupAddMember from "./group/add-member.ts";
import groupRemoveMember from "./group/remove-member.ts";
import userCreate from "./user/create.ts";
import userDelete from "./user/delete.ts";
import userDisable from "./user/disable.ts";
import userEnable from "./user/enable.ts";
import userRestore from "./user/restore.ts";
import userUpdate from "./user/update.ts";

export const catalogue = {
  "group.add-member": groupAddMember,
  "group.remove-member": groupRemoveMember,
  "user.create": userCreate,
  "user.delete": userDelete,
  "user.disable": userDisable,
  "user.enable": userEnable,
  "user.restore": userRestore,
  "user.update": userUpdate,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof catalogue;
