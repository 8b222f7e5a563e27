// Written by scripts/write-operations.ts. Do not edit: add a file below this folder instead.
import type { Operation } from "../catalogue/operation.ts";
import deviceDelete from "./device/delete.ts";
import deviceDisable from "./device/disable.ts";
import deviceEnable from "./device/enable.ts";
import groupAddMember from "./group/add-member.ts";
import groupAddOwner from "./group/owner/add-owner.ts";
import groupAssignLicense from "./group/license/assign-license.ts";
import groupCreate from "./group/create.ts";
import groupDelete from "./group/delete.ts";
import groupRemoveLicense from "./group/license/remove-license.ts";
import groupRemoveMember from "./group/remove-member.ts";
import groupRemoveOwner from "./group/owner/remove-owner.ts";
import groupRestore from "./group/restore.ts";
import groupSetLicenses from "./group/license/set-licenses.ts";
import groupSwapLicense from "./group/license/swap-license.ts";
import groupUpdate from "./group/update.ts";
import guestAddSponsor from "./guest/add-sponsor.ts";
import guestInvite from "./guest/invite.ts";
import guestRemoveSponsor from "./guest/remove-sponsor.ts";
import guestResetRedemption from "./guest/reset-redemption.ts";
import unitAddMember from "./unit/add-member.ts";
import unitRemoveMember from "./unit/remove-member.ts";
import userAssignLicense from "./user/license/assign-license.ts";
import userConvertToGuest from "./user/profile/convert-to-guest.ts";
import userConvertToMember from "./user/profile/convert-to-member.ts";
import userCreate from "./user/create.ts";
import userDelete from "./user/delete.ts";
import userDisable from "./user/disable.ts";
import userEnable from "./user/enable.ts";
import userPurge from "./user/purge.ts";
import userRemoveLicense from "./user/license/remove-license.ts";
import userRemoveManager from "./user/manager/remove-manager.ts";
import userRename from "./user/profile/rename.ts";
import userResetPassword from "./user/sign-in/reset-password.ts";
import userRestore from "./user/restore.ts";
import userRevokeSessions from "./user/sign-in/revoke-sessions.ts";
import userSetExtensionAttributes from "./user/profile/set-extension-attributes.ts";
import userSetLicenses from "./user/license/set-licenses.ts";
import userSetMails from "./user/profile/set-mails.ts";
import userSetManager from "./user/manager/set-manager.ts";
import userSetPhones from "./user/profile/set-phones.ts";
import userSetUsageLocation from "./user/profile/set-usage-location.ts";
import userSwapLicense from "./user/license/swap-license.ts";
import userUpdate from "./user/update.ts";

export const catalogue = {
  "device.delete": deviceDelete,
  "device.disable": deviceDisable,
  "device.enable": deviceEnable,
  "group.add-member": groupAddMember,
  "group.add-owner": groupAddOwner,
  "group.assign-license": groupAssignLicense,
  "group.create": groupCreate,
  "group.delete": groupDelete,
  "group.remove-license": groupRemoveLicense,
  "group.remove-member": groupRemoveMember,
  "group.remove-owner": groupRemoveOwner,
  "group.restore": groupRestore,
  "group.set-licenses": groupSetLicenses,
  "group.swap-license": groupSwapLicense,
  "group.update": groupUpdate,
  "guest.add-sponsor": guestAddSponsor,
  "guest.invite": guestInvite,
  "guest.remove-sponsor": guestRemoveSponsor,
  "guest.reset-redemption": guestResetRedemption,
  "unit.add-member": unitAddMember,
  "unit.remove-member": unitRemoveMember,
  "user.assign-license": userAssignLicense,
  "user.convert-to-guest": userConvertToGuest,
  "user.convert-to-member": userConvertToMember,
  "user.create": userCreate,
  "user.delete": userDelete,
  "user.disable": userDisable,
  "user.enable": userEnable,
  "user.purge": userPurge,
  "user.remove-license": userRemoveLicense,
  "user.remove-manager": userRemoveManager,
  "user.rename": userRename,
  "user.reset-password": userResetPassword,
  "user.restore": userRestore,
  "user.revoke-sessions": userRevokeSessions,
  "user.set-extension-attributes": userSetExtensionAttributes,
  "user.set-licenses": userSetLicenses,
  "user.set-mails": userSetMails,
  "user.set-manager": userSetManager,
  "user.set-phones": userSetPhones,
  "user.set-usage-location": userSetUsageLocation,
  "user.swap-license": userSwapLicense,
  "user.update": userUpdate,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof catalogue;
