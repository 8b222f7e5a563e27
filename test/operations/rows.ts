// Written by scripts/write-operations.ts. Do not edit: add a file below `rows/` instead.
import type { OperationName } from "../../shared/operations/list.ts";
import type { OperationRow } from "./operation-row.ts";
import groupAddMember from "./rows/group/add-member.ts";
import groupRemoveMember from "./rows/group/remove-member.ts";
import userCreate from "./rows/user/create.ts";
import userDelete from "./rows/user/delete.ts";
import userDisable from "./rows/user/disable.ts";
import userEnable from "./rows/user/enable.ts";
import userRestore from "./rows/user/restore.ts";
import userUpdate from "./rows/user/update.ts";

/** What tests expect of each operation. */
export const rows: Readonly<Record<OperationName, OperationRow>> = {
  "group.add-member": groupAddMember,
  "group.remove-member": groupRemoveMember,
  "user.create": userCreate,
  "user.delete": userDelete,
  "user.disable": userDisable,
  "user.enable": userEnable,
  "user.restore": userRestore,
  "user.update": userUpdate,
};
