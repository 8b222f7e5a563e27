import { p, type Model, type Property } from "./property.ts";

/** The fifteen attributes of a device or user, all there once one is set. */
export const EXTENSION_ATTRIBUTES = Object.fromEntries(
  Array.from({ length: 15 }, (_, at) => [`extensionAttribute${at + 1}`, "string" as const]),
);

/** Devices (resources/device). */
export const deviceModel: Model = {
  id: p("string", "default f:eq"),
  deletedDateTime: p("date", "default f:eq,ge,le order:adv"),
  accountEnabled: p("boolean", "default write f:eq"),
  alternativeSecurityIds: p("complexes", "default create f:eq"),
  approximateLastSignInDateTime: p("date", "default f:eq,ge,le adv:null order:adv"),
  complianceExpirationDateTime: p("date", "default"),
  createdDateTime: p("date", "default order:adv"),
  deviceCategory: p("string", "default write"),
  deviceId: p("string", "default create f:eq,startsWith"),
  deviceMetadata: p("string", "default"),
  deviceOwnership: p("string", "default"),
  deviceVersion: p("integer", "default"),
  displayName: p("string", "default write required f:eq,ge,le,startsWith adv:null order:adv"),
  enrollmentType: p("string", ""),
  enrollmentProfileName: p("string", "default f:eq,startsWith"),
  extensionAttributes: p("complex", "write adv:eq,ge,le", EXTENSION_ATTRIBUTES),
  isCompliant: p("boolean", "default write f:eq"),
  isManaged: p("boolean", "default write f:eq"),
  isManagementRestricted: p("boolean", ""),
  isRooted: p("boolean", "default"),
  managementType: p("string", ""),
  manufacturer: p("string", "default"),
  mdmAppId: p("string", "default f:eq,startsWith"),
  model: p("string", "default"),
  onPremisesLastSyncDateTime: p("date", "default adv:eq,ge,le"),
  onPremisesSecurityIdentifier: p("string", ""),
  onPremisesSyncEnabled: p("boolean", "default f:eq adv:null"),
  operatingSystem: p("string", "default write f:eq,ge,le,startsWith adv:null"),
  operatingSystemVersion: p("string", "default write f:eq,ge,le,startsWith adv:null"),
  physicalIds: p("strings", "default f:eq,ge,le,startsWith adv:count"),
  profileType: p("string", "default f:eq"),
  registrationDateTime: p("date", "default"),
  systemLabels: p("strings", "default"),
  trustType: p("string", "default f:eq"),
};

const contactText = (): Property => p("string", "default f:eq,ge,le,startsWith adv:null");

/** Organizational contacts (resources/orgcontact). */
export const orgContactModel: Model = {
  id: p("string", "default f:eq"),
  deletedDateTime: p("date", "default"),
  addresses: p("complexes", "default"),
  companyName: contactText(),
  department: contactText(),
  displayName: p("string", "default f:eq,ge,le,startsWith adv:null order:yes"),
  givenName: contactText(),
  jobTitle: contactText(),
  mail: contactText(),
  mailNickname: contactText(),
  onPremisesLastSyncDateTime: p("date", "default adv:eq,ge,le"),
  onPremisesProvisioningErrors: p("complexes", "default f:eq"),
  onPremisesSyncEnabled: p("boolean", "default f:eq adv:null"),
  phones: p("complexes", "default"),
  proxyAddresses: p("strings", "default f:eq,ge,le,startsWith adv:count"),
  serviceProvisioningErrors: p("complexes", "default"),
  surname: contactText(),
};
