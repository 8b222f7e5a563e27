// Written by `npm run reference` from shared/operations/. Do not edit.

/** An operation as a sender sees it: its columns. */
export interface OperationColumns {
  readonly name: string;
  readonly summary: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** The cells of a row, as a CSV file has them. */
  readonly example: Readonly<Record<string, string>>;
}

/** Every operation, by name. */
export const operationTable: readonly OperationColumns[] = [
  {"name":"group.add-member","summary":"Adds one member to one group.","required":["group","member"],"optional":[],"example":{"group":"Sales team","member":"ann@contoso.com"}},
  {"name":"group.add-owner","summary":"Makes a user an owner of a group.","required":["group","owner"],"optional":[],"example":{"group":"Sales Munich","owner":"ann@contoso.com"}},
  {"name":"group.create","summary":"Creates a security group or a Microsoft 365 group; with a uniqueName, updates the group that has it.","required":["displayName"],"optional":["classification","description","mailNickname","preferredLanguage","securityEnabled","theme","uniqueName","visibility","groupTypes","isAssignableToRole","preferredDataLocation","resourceBehaviorOptions","owner"],"example":{"displayName":"Sales Munich","uniqueName":"sales-munich","description":"Everybody who sells in Munich","owner":"ann@contoso.com"}},
  {"name":"group.delete","summary":"Deletes a Microsoft 365 or security group; Entra keeps it restorable for 30 days.","required":["group"],"optional":[],"example":{"group":"Project Phoenix"}},
  {"name":"group.remove-member","summary":"Removes one member from one group; the member itself stays.","required":["group","member"],"optional":[],"example":{"group":"Sales team","member":"ann@contoso.com"}},
  {"name":"group.remove-owner","summary":"Removes an owner from a group; the owner's account stays. The last owner cannot be removed.","required":["group","owner"],"optional":[],"example":{"group":"Sales Munich","owner":"ann@contoso.com"}},
  {"name":"group.restore","summary":"Restores a Microsoft 365 or security group that was deleted in the last 30 days, with its members.","required":["group"],"optional":[],"example":{"group":"11111111-1111-4111-8111-111111111111"}},
  {"name":"group.update","summary":"Sets or clears properties of a group.","required":["group"],"optional":["classification","description","displayName","mailNickname","preferredLanguage","securityEnabled","theme","uniqueName","visibility"],"example":{"group":"Sales Munich","description":"Everybody who sells in Munich"}},
  {"name":"user.convert-to-guest","summary":"Makes a member a guest; how the user signs in stays as it is.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.convert-to-member","summary":"Makes a guest a member; how the user signs in stays as it is.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.create","summary":"Creates a user with a random password that is never stored and must be changed at the first sign-in.","required":["displayName","userPrincipalName"],"optional":["accountEnabled","ageGroup","businessPhones","city","companyName","consentProvidedForMinor","country","department","employeeHireDate","employeeId","employeeLeaveDateTime","employeeOrgData","employeeType","faxNumber","givenName","jobTitle","mail","mailNickname","mobilePhone","officeLocation","onPremisesExtensionAttributes","onPremisesImmutableId","otherMails","passwordPolicies","postalCode","preferredDataLocation","preferredLanguage","showInAddressList","state","streetAddress","surname","usageLocation","userType"],"example":{"userPrincipalName":"bo.berg@contoso.com","displayName":"Bo Berg","accountEnabled":"false","department":"Sales"}},
  {"name":"user.delete","summary":"Deletes a user; Entra keeps it restorable for 30 days.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.disable","summary":"Blocks sign-in of a user.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.enable","summary":"Allows sign-in of a user whose account is disabled.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.purge","summary":"Removes a deleted user for ever. Nothing brings the user back.","required":["user"],"optional":[],"example":{"user":"0b0e5c0e-1111-4222-a333-444455556666"}},
  {"name":"user.remove-manager","summary":"Leaves a user without a manager.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.rename","summary":"Gives a user another userPrincipalName and, if wanted, another mail and mailNickname.","required":["user","userPrincipalName"],"optional":["mail","mailNickname"],"example":{"user":"ann@contoso.com","userPrincipalName":"ann.lee@contoso.com","mail":"ann.lee@contoso.com"}},
  {"name":"user.reset-password","summary":"Gives a user a random password that must be changed at the next sign-in.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.restore","summary":"Restores a user who was deleted in the last 30 days.","required":["user"],"optional":[],"example":{"user":"0b0e5c0e-1111-4222-a333-444455556666"}},
  {"name":"user.revoke-sessions","summary":"Ends all sessions of a user, who has to sign in again; Entra needs some minutes for it.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.set-extension-attributes","summary":"Sets or clears extension attributes of a user, each in a column of its own.","required":["user"],"optional":["extensionAttribute1","extensionAttribute2","extensionAttribute3","extensionAttribute4","extensionAttribute5","extensionAttribute6","extensionAttribute7","extensionAttribute8","extensionAttribute9","extensionAttribute10","extensionAttribute11","extensionAttribute12","extensionAttribute13","extensionAttribute14","extensionAttribute15"],"example":{"user":"ann@contoso.com","extensionAttribute1":"cost-center-17","extensionAttribute2":"(clear)"}},
  {"name":"user.set-mails","summary":"Replaces the other mail addresses of a user (otherMails).","required":["user","otherMails"],"optional":[],"example":{"user":"ann@contoso.com","otherMails":"ann@example.com|a.lee@example.com"}},
  {"name":"user.set-manager","summary":"Gives a user a manager, instead of the one before.","required":["user","manager"],"optional":[],"example":{"user":"ann@contoso.com","manager":"bo@contoso.com"}},
  {"name":"user.set-phones","summary":"Sets or clears the telephone numbers of a user.","required":["user"],"optional":["businessPhones","mobilePhone"],"example":{"user":"ann@contoso.com","businessPhones":"+49 30 1234567","mobilePhone":"(clear)"}},
  {"name":"user.set-usage-location","summary":"Sets the usage location of a user, without which Graph assigns no license.","required":["user","usageLocation"],"optional":[],"example":{"user":"ann@contoso.com","usageLocation":"DE"}},
  {"name":"user.update","summary":"Sets or clears profile properties of a user.","required":["user"],"optional":["accountEnabled","ageGroup","businessPhones","city","companyName","consentProvidedForMinor","country","department","displayName","employeeHireDate","employeeId","employeeLeaveDateTime","employeeOrgData","employeeType","faxNumber","givenName","jobTitle","mail","mailNickname","mobilePhone","officeLocation","onPremisesExtensionAttributes","onPremisesImmutableId","otherMails","passwordPolicies","postalCode","preferredDataLocation","preferredLanguage","showInAddressList","state","streetAddress","surname","usageLocation","userPrincipalName","userType"],"example":{"user":"ann@contoso.com","jobTitle":"Engineer","mobilePhone":"(clear)"}},
];
