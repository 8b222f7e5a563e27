import { p, type Model } from "./property.ts";

const text = (): "string" => "string";

/** Sign-ins: which operators `$filter` takes is in the table of resources/signin. */
export const signInModel: Model = {
  id: p("string", "default f:eq"),
  createdDateTime: p("date", "default f:eq,le,ge order:yes"),
  userDisplayName: p("string", "default f:eq,startsWith"),
  userPrincipalName: p("string", "default f:eq,startsWith"),
  userId: p("string", "default f:eq"),
  appId: p("string", "default f:eq"),
  appDisplayName: p("string", "default f:eq,startsWith"),
  ipAddress: p("string", "default f:eq,startsWith"),
  clientAppUsed: p("string", "default f:eq"),
  correlationId: p("string", "default f:eq"),
  conditionalAccessStatus: p("string", "default f:eq"),
  isInteractive: p("boolean", "default"),
  riskDetail: p("string", "default f:eq"),
  riskLevelAggregated: p("string", "default f:eq"),
  riskLevelDuringSignIn: p("string", "default f:eq"),
  riskState: p("string", "default f:eq"),
  riskEventTypes: p("strings", "default f:eq"),
  riskEventTypes_v2: p("strings", "default f:eq,startsWith"),
  resourceDisplayName: p("string", "default f:eq"),
  resourceId: p("string", "default f:eq"),
  status: p("complex", "default f:eq", { errorCode: "integer" }),
  deviceDetail: p("complex", "default f:eq,startsWith", {
    browser: text(),
    operatingSystem: text(),
  }),
  location: p("complex", "default f:eq,startsWith", {
    city: text(),
    state: text(),
    countryOrRegion: text(),
  }),
  appliedConditionalAccessPolicies: p("complexes", "default"),
};

/** Audits: resources/directoryaudit. The parts of `initiatedBy` are two steps deep. */
export const directoryAuditModel: Model = {
  id: p("string", "default f:eq"),
  category: p("string", "default f:eq"),
  correlationId: p("string", "default f:eq"),
  result: p("string", "default"),
  resultReason: p("string", "default"),
  activityDisplayName: p("string", "default f:eq,startsWith"),
  activityDateTime: p("date", "default f:eq,ge,le order:yes"),
  loggedByService: p("string", "default f:eq"),
  operationType: p("string", "default"),
  initiatedBy: p("complex", "default f:eq,startsWith", {
    "user/id": text(),
    "user/displayName": text(),
    "user/userPrincipalName": text(),
    "app/appId": text(),
    "app/displayName": text(),
  }),
  targetResources: p("complexes", "default f:eq,startsWith", { id: text(), displayName: text() }),
  additionalDetails: p("complexes", "default"),
};
