// Written by scripts/write-operations.ts. Do not edit: add a file below `rows/` instead.
import type { OperationName } from "../../shared/operations/list.ts";
import type { OperationRow } from "./operation-row.ts";
import deviceDelete from "./rows/device/delete.ts";
import deviceDisable from "./rows/device/disable.ts";
import deviceEnable from "./rows/device/enable.ts";
import groupAddMember from "./rows/group/add-member.ts";
import groupAddOwner from "./rows/group/owner/add-owner.ts";
import groupAssignLicense from "./rows/group/license/assign-license.ts";
import groupCreate from "./rows/group/create.ts";
import groupDelete from "./rows/group/delete.ts";
import groupRemoveLicense from "./rows/group/license/remove-license.ts";
import groupRemoveMember from "./rows/group/remove-member.ts";
import groupRemoveOwner from "./rows/group/owner/remove-owner.ts";
import groupRestore from "./rows/group/restore.ts";
import groupSetLicenses from "./rows/group/license/set-licenses.ts";
import groupSwapLicense from "./rows/group/license/swap-license.ts";
import groupUpdate from "./rows/group/update.ts";
import guestAddSponsor from "./rows/guest/add-sponsor.ts";
import guestInvite from "./rows/guest/invite.ts";
import guestRemoveSponsor from "./rows/guest/remove-sponsor.ts";
import guestResetRedemption from "./rows/guest/reset-redemption.ts";
import unitAddMember from "./rows/unit/add-member.ts";
import unitRemoveMember from "./rows/unit/remove-member.ts";
import userAssignLicense from "./rows/user/license/assign-license.ts";
import userConvertToGuest from "./rows/user/profile/convert-to-guest.ts";
import userConvertToMember from "./rows/user/profile/convert-to-member.ts";
import userCreate from "./rows/user/create.ts";
import userDelete from "./rows/user/delete.ts";
import userDisable from "./rows/user/disable.ts";
import userEnable from "./rows/user/enable.ts";
import userPurge from "./rows/user/purge.ts";
import userRemoveLicense from "./rows/user/license/remove-license.ts";
import userRemoveManager from "./rows/user/manager/remove-manager.ts";
import userRename from "./rows/user/profile/rename.ts";
import userResetPassword from "./rows/user/sign-in/reset-password.ts";
import userRestore from "./rows/user/restore.ts";
import userRevokeSessions from "./rows/user/sign-in/revoke-sessions.ts";
import userSetExtensionAttributes from "./rows/user/profile/set-extension-attributes.ts";
import userSetLicenses from "./rows/user/license/set-licenses.ts";
import userSetMails from "./rows/user/profile/set-mails.ts";
import userSetManager from "./rows/user/manager/set-manager.ts";
import userSetPhones from "./rows/user/profile/set-phones.ts";
import userSetUsageLocation from "./rows/user/profile/set-usage-location.ts";
import userSwapLicense from "./rows/user/license/swap-license.ts";
import userUpdate from "./rows/user/update.ts";

/** What tests expect of each operation. */
export const rows: Readonly<Record<OperationName, OperationRow>> = {
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
};
