// Written by write-catalogue.ts. Do not edit: add a file to operations/ instead.
import groupAddMember from "../operations/group-add-member.ts";
import groupRemoveMember from "../operations/group-remove-member.ts";
import userCreate from "../operations/user-create.ts";
import userDelete from "../operations/user-delete.ts";
import userDisable from "../operations/user-disable.ts";
import userUpdate from "../operations/user-update.ts";
import type { Operation } from "./operation.ts";

export const catalogue = {
  "group.add-member": groupAddMember,
  "group.remove-member": groupRemoveMember,
  "user.create": userCreate,
  "user.delete": userDelete,
  "user.disable": userDisable,
  "user.update": userUpdate,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof catalogue;

export const isOperationName = (name: string): name is OperationName =>
  Object.hasOwn(catalogue, name);

/** The operation of that name; `undefined` for any other word, an object method's included. */
export const operationNamed = (name: string): Operation | undefined =>
  isOperationName(name) ? catalogue[name] : undefined;
