import { ok, type Answer } from "../http/answer.ts";
import { notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { READ_DIRECTORY } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

type Setting = readonly [
  name: string,
  type: "Boolean" | "String" | "Guid",
  initial: string,
  what: string,
];

const template = (
  id: string,
  displayName: string,
  description: string,
  settings: readonly Setting[],
): Values => ({
  id,
  deletedDateTime: null,
  displayName,
  description,
  values: settings.map(([name, type, defaultValue, what]) => ({
    name,
    type: `System.${type}`,
    defaultValue,
    description: what,
  })),
});

/** The templates of every tenant that concern groups (groupsettingtemplate-list). */
const TEMPLATES: readonly Values[] = [
  template(
    "62375ab9-6b52-47ed-826b-58e47e0e304b",
    "Group.Unified",
    "Setting templates define the different settings that can be used for the associated ObjectSettings. This template defines settings that can be used for Unified Groups.",
    [
      [
        "EnableMIPLabels",
        "Boolean",
        "false",
        "Flag indicating whether sensitivity labels can be assigned to groups.",
      ],
      [
        "CustomBlockedWordsList",
        "String",
        "",
        "A comma-delimited list of blocked words for group display names and mail nicknames.",
      ],
      ["EnableMSStandardBlockedWords", "Boolean", "false", "Deprecated."],
      [
        "ClassificationDescriptions",
        "String",
        "",
        "A comma-delimited list of classification descriptions.",
      ],
      [
        "DefaultClassification",
        "String",
        "",
        "The classification that is used if none is specified.",
      ],
      ["PrefixSuffixNamingRequirement", "String", "", "The naming convention for groups."],
      [
        "AllowGuestsToBeGroupOwner",
        "Boolean",
        "false",
        "Flag indicating whether guests can own groups.",
      ],
      [
        "AllowGuestsToAccessGroups",
        "Boolean",
        "true",
        "Flag indicating whether guests have access to group content.",
      ],
      ["GuestUsageGuidelinesUrl", "String", "", "A link to the guidelines for guests."],
      [
        "GroupCreationAllowedGroupId",
        "Guid",
        "",
        "The group whose members may create groups when EnableGroupCreation is false.",
      ],
      [
        "AllowToAddGuests",
        "Boolean",
        "true",
        "Flag indicating whether guests may be added to groups.",
      ],
      ["UsageGuidelinesUrl", "String", "", "A link to the usage guidelines of groups."],
      ["ClassificationList", "String", "", "A comma-delimited list of valid classifications."],
      [
        "EnableGroupCreation",
        "Boolean",
        "true",
        "Flag indicating whether group creation is allowed.",
      ],
      [
        "NewUnifiedGroupWritebackDefault",
        "Boolean",
        "true",
        "The default writeback state of a new group.",
      ],
    ],
  ),
  template(
    "08d542b9-071f-4e16-94b0-74abb372e3d9",
    "Group.Unified.Guest",
    "Settings for a specific Unified Group",
    [
      [
        "AllowToAddGuests",
        "Boolean",
        "true",
        "Flag indicating if guests are allowed in a specific Unified Group.",
      ],
    ],
  ),
  template(
    "80661d51-be2f-4d46-9713-98a2fcaec5bc",
    "Prohibited Names Settings",
    "Setting templates define the different settings that can be used for the associated ObjectSettings. This template defines settings that can be used for managing tenant-wide prohibited names settings.",
    [
      [
        "CustomBlockedSubStringsList",
        "String",
        "",
        "A comma delimited list of substring reserved words to block for application display names.",
      ],
      [
        "CustomBlockedWholeWordsList",
        "String",
        "",
        "A comma delimited list of reserved words to block for application display names.",
      ],
    ],
  ),
];

/** The template of this id. */
export const groupSettingTemplate = (id: string): Values | undefined =>
  TEMPLATES.find((one) => one["id"] === id.toLowerCase());

function get(call: Call): Answer {
  const id = call.params["template"] ?? "";
  const found = groupSettingTemplate(id);
  if (!found) throw notFound(id);
  return ok({
    "@odata.context": contextOf(call.root, "groupSettingTemplates", undefined, true),
    ...found,
  });
}

export const groupSettingTemplateRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/groupSettingTemplates",
    needs: READ_DIRECTORY,
    handle: (call) => resourceList(call, "groupSettingTemplates", TEMPLATES),
  },
  {
    method: "GET",
    path: "/groupSettingTemplates/:template",
    needs: READ_DIRECTORY,
    handle: get,
  },
];
