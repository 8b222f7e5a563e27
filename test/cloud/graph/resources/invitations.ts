import type { Answer } from "../http/answer.ts";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { invitersOf } from "../rules/authorization-policy.ts";
import { demand, type Needs } from "../rules/permission.ts";
import { demandRoom } from "../rules/quota.ts";
import type { Entity } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

const INVITE: Needs = ["User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];

const text = (call: Call, name: string): string => {
  const value = call.body[name];
  if (typeof value !== "string" || value === "") {
    throw badRequest(`A value is required for property '${name}' of resource 'Invitation'.`, [
      { code: "MissingValue", message: `${name} is required.`, target: name },
    ]);
  }
  return value;
};

/** The user who already has the address, as mail or as the invited address. */
function known(call: Call, address: string): Entity | undefined {
  const { directory } = call.tenant;
  return (
    directory.find("user", "mail", address)[0] ??
    directory.find("user", "userPrincipalName", address)[0]
  );
}

/**
 * Makes a guest redeem the invitation once more; its id, groups and name stay (reset-redemption-status).
 * @throws GraphError 400 if no guest is named, or the address is not one of the guest's
 */
function reset(call: Call, address: string): Entity {
  demand(call.caller, ["User.ReadWrite.All", "Directory.ReadWrite.All"]);
  const invited = call.body["invitedUser"] as { readonly id?: string } | undefined;
  const guest = resolve(call, "user", invited?.id ?? "").entity;
  const { mail, otherMails } = guest.values;
  const addresses = [mail, ...((otherMails as readonly unknown[] | undefined) ?? [])];
  const isOwn = addresses.some(
    (each) => typeof each === "string" && each.toLowerCase() === address.toLowerCase(),
  );
  if (guest.values["externalUserState"] === undefined || !isOwn) {
    throw badRequest(
      "The invited user's redemption status cannot be reset for this email address.",
    );
  }
  call.tenant.directory.update(guest, {
    // The guest signs in with it from now on (invitation-post, example 2).
    mail: address,
    externalUserState: "PendingAcceptance",
    externalUserStateChangeDateTime: call.tenant.nowText(),
  });
  return guest;
}

/**
 * Invites a guest: the user is created at once, pending acceptance; inviting the same address again
 * answers the same user (invitation-post).
 * @throws GraphError 400 for the address of a member, 403 if the tenant allows no invitations
 */
function invite(call: Call): Answer {
  const { tenant, body } = call;
  if (!tenant.conditions.invitationsAllowed || invitersOf(call) === "none") {
    throw new GraphError(
      403,
      "Forbidden",
      "Guest invitations not allowed for your company. Contact your company administrator for more details.",
    );
  }
  const address = text(call, "invitedUserEmailAddress");
  const redirect = text(call, "inviteRedirectUrl");
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address)) {
    throw badRequest("The invited user's email address is invalid.");
  }
  if (!URL.canParse(redirect)) {
    throw badRequest(
      "Invalid value specified for property 'inviteRedirectUrl' of resource 'Invitation'.",
    );
  }
  const held = body["resetRedemption"] === true ? reset(call, address) : known(call, address);
  if (held && held.values["userType"] !== "Guest") {
    throw badRequest(
      `The invited user already exists in the directory as object ID: ${held.id}. They can use that account to sign in to shared apps and resources.`,
    );
  }
  const name =
    typeof body["invitedUserDisplayName"] === "string" ? body["invitedUserDisplayName"] : "";
  const type = body["invitedUserType"] === "Member" ? "Member" : "Guest";
  const [local = "", domain = ""] = address.split("@");
  const nickname = `${local}_${domain}#EXT#`;
  if (!held) demandRoom(tenant);
  const guest =
    held ??
    tenant.directory.create("user", {
      accountEnabled: true,
      createdDateTime: tenant.nowText(),
      creationType: "Invitation",
      displayName: name === "" ? local : name,
      externalUserState: "PendingAcceptance",
      externalUserStateChangeDateTime: tenant.nowText(),
      mail: address,
      mailNickname: nickname,
      otherMails: [address],
      proxyAddresses: [`SMTP:${address}`],
      userPrincipalName: `${nickname}@${tenant.defaultDomain}`,
      userType: type,
    });
  const message = body["invitedUserMessageInfo"];
  return {
    status: 201,
    body: {
      "@odata.context": `${call.root}/$metadata#invitations/$entity`,
      id: tenant.directory.newId(),
      inviteRedeemUrl: `https://login.microsoftonline.com/redeem?rd=https%3a%2f%2finvitations.microsoft.com%2fredeem%2f%3ftenant%3d${tenant.id}%26user%3d${guest.id}`,
      invitedUserDisplayName: name === "" ? null : name,
      invitedUserType: type,
      invitedUserEmailAddress: address,
      sendInvitationMessage: body["sendInvitationMessage"] === true,
      resetRedemption: body["resetRedemption"] === true,
      inviteRedirectUrl: redirect,
      status: guest.values["externalUserState"] === "Accepted" ? "Completed" : "PendingAcceptance",
      invitedUserMessageInfo: message ?? {
        messageLanguage: null,
        customizedMessageBody: null,
        ccRecipients: [{ emailAddress: { name: null, address: null } }],
      },
      invitedUser: { id: guest.id, userPrincipalName: guest.values["userPrincipalName"] },
    },
  };
}

export const invitationRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/invitations",
    needs: INVITE,
    service: "invitations",
    body: "required",
    handle: invite,
  },
];
