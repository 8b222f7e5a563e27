import { p, type Model } from "./property.ts";

/** Activated directory roles (resources/directoryRole). */
export const directoryRoleModel: Model = {
  id: p("string", "default f:eq"),
  deletedDateTime: p("date", "default"),
  description: p("string", "default"),
  displayName: p("string", "default f:eq"),
  roleTemplateId: p("string", "default create required f:eq"),
};
