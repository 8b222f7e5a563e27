import type { Cause } from "./cause.ts";

/** Why Graph does not change this object: what it is, and what it is already. */
export const objectCauses: readonly Cause[] = [
  {
    name: "synchronized",
    scope: "row",
    message: /on-premises mastered|Directory Sync/i,
    why: "The object is synchronized from on-premises Active Directory",
    fix: "Make the change in Active Directory.",
  },
  {
    name: "exchange",
    scope: "row",
    message: /originated within an external service/i,
    why: "Exchange manages these properties, or the members of this group, and Graph cannot change them",
    fix: "Make the change in Exchange: the attributes of a user who has a mailbox, the members of a distribution list.",
  },
  {
    name: "mail-group",
    scope: "common",
    message: /mail-enabled security group|distribution list/i,
    why: "The group is a distribution list or mail-enabled security group, which Graph does not manage",
    fix: "Change its members in Exchange.",
  },
  {
    name: "dynamic-group",
    scope: "common",
    message: /dynamic (membership|group)|DynamicMembership/i,
    why: "A rule decides who is in the group",
    fix: "Change the rule, or the properties that it looks at.",
  },
  {
    name: "already-there",
    scope: "row",
    message: /added object references already exist/i,
    why: "It is there already",
    fix: "No action needed.",
  },
  {
    name: "not-there",
    scope: "row",
    message: /removed object references do not exist/i,
    why: "It is not there",
    fix: "No action needed.",
  },
  {
    name: "named-twice",
    scope: "row",
    message: /can only be present once as an add\/remove change/i,
    why: "The request names one object twice",
    fix: "Leave one of the two out.",
  },
  {
    name: "last-owner",
    scope: "row",
    message: /must have at least one owner/i,
    why: "It is the group's last owner",
    fix: "Add another owner first.",
  },
  {
    name: "not-windows",
    scope: "row",
    message: /only (be modified )?on windows devices/i,
    why: "Graph lets an application change Windows devices only",
    fix: "A person disables other devices in the admin center, or the device's own management does.",
  },
  {
    name: "guest-exists",
    scope: "row",
    message: /invited user already exists|user is already in the/i,
    why: "The invited person has an account in the tenant",
    fix: "No action needed: use that account.",
  },
  {
    name: "guests-off",
    scope: "common",
    message:
      /Guest invitations not allowed|blocked by cross-tenant access|cross-tenant access polic/i,
    why: "The tenant's settings allow no invitation of this guest",
    fix: "Have an administrator look at External Identities: external collaboration and cross-tenant access settings.",
  },
  {
    name: "guest-address",
    scope: "row",
    message:
      /(user|users) .*can(no|'|\u2019)t be invited|email address is invalid|invitedUserEmailAddress/i,
    why: "This address cannot be invited",
    fix: "Use another address of the person.",
  },
  {
    name: "unreplicated",
    scope: "row",
    message: /objects being referenced don't exist/i,
    why: "One of the two objects does not exist, or was created a moment ago and has not replicated",
    fix: "Check the ids, then send the row again in a new batch.",
  },
  {
    name: "gone",
    scope: "row",
    status: (status) => status === 404,
    why: "The object does not exist any more",
    fix: "It was there when the batch was planned. See the directory's audit log, or restore it from deleted items and send the row again.",
  },
];
