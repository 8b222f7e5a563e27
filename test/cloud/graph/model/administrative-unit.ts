import { p, type Model } from "./property.ts";

/** Administrative units (resources/administrativeUnit). */
export const administrativeUnitModel: Model = {
  id: p("string", "default f:eq"),
  deletedDateTime: p("date", "default f:eq,ge,le order:adv"),
  displayName: p(
    "string",
    "default write required f:eq,ge,le,startsWith adv:null order:adv max:256",
  ),
  description: p("string", "default write f:eq,ge,le,startsWith"),
  isMemberManagementRestricted: p("boolean", "default create"),
  membershipRule: p("string", "default write"),
  membershipRuleProcessingState: p("string", "default write"),
  membershipType: p("string", "default write"),
  visibility: p("string", "default write f:eq"),
};
