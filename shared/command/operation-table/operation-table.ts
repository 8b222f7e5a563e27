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
  {"name":"group.remove-member","summary":"Removes one member from one group; the member itself stays.","required":["group","member"],"optional":[],"example":{"group":"Sales team","member":"ann@contoso.com"}},
  {"name":"user.create","summary":"Creates a user with a random password that is never stored and must be changed at the first sign-in.","required":["displayName","userPrincipalName"],"optional":["accountEnabled","ageGroup","businessPhones","city","companyName","consentProvidedForMinor","country","department","employeeHireDate","employeeId","employeeLeaveDateTime","employeeOrgData","employeeType","faxNumber","givenName","jobTitle","mail","mailNickname","mobilePhone","officeLocation","onPremisesExtensionAttributes","onPremisesImmutableId","otherMails","passwordPolicies","postalCode","preferredDataLocation","preferredLanguage","showInAddressList","state","streetAddress","surname","usageLocation","userType"],"example":{"userPrincipalName":"bo.berg@contoso.com","displayName":"Bo Berg","accountEnabled":"false","department":"Sales"}},
  {"name":"user.delete","summary":"Deletes a user; Entra keeps it restorable for 30 days.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.disable","summary":"Blocks sign-in of a user.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.enable","summary":"Allows sign-in of a user whose account is disabled.","required":["user"],"optional":[],"example":{"user":"ann@contoso.com"}},
  {"name":"user.restore","summary":"Restores a user who was deleted in the last 30 days.","required":["user"],"optional":[],"example":{"user":"0b0e5c0e-1111-4222-a333-444455556666"}},
  {"name":"user.update","summary":"Sets or clears profile properties of a user.","required":["user"],"optional":["accountEnabled","ageGroup","businessPhones","city","companyName","consentProvidedForMinor","country","department","displayName","employeeHireDate","employeeId","employeeLeaveDateTime","employeeOrgData","employeeType","faxNumber","givenName","jobTitle","mail","mailNickname","mobilePhone","officeLocation","onPremisesExtensionAttributes","onPremisesImmutableId","otherMails","passwordPolicies","postalCode","preferredDataLocation","preferredLanguage","showInAddressList","state","streetAddress","surname","usageLocation","userPrincipalName","userType"],"example":{"user":"ann@contoso.com","jobTitle":"Engineer","mobilePhone":"(clear)"}},
];
