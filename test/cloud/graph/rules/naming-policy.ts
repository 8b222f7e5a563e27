import type { Tenant } from "../app/tenant.ts";
import type { ErrorDetail } from "../http/graph-error.ts";
import type { Values } from "../store/entity.ts";

/** Attributes of the person that a policy may have in brackets (groups-naming-policy). */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  Company: "companyName",
  CountryOrRegion: "country",
  Department: "department",
  Office: "officeLocation",
  StateOrProvince: "state",
  Title: "jobTitle",
};

/** `PrefixSuffixNamingRequirement` of the tenant's setting Group.Unified; empty if there is none. */
const requirementOf = ({ groupSettings }: Tenant): string => {
  for (const setting of groupSettings.get("")?.values() ?? []) {
    const values = (setting["values"] ?? []) as readonly Values[];
    const found = values.find(({ name }) => name === "PrefixSuffixNamingRequirement");
    if (typeof found?.["value"] === "string") return found["value"];
  }
  return "";
};

/**
 * Which of a Microsoft 365 group's names lacks the prefix or suffix that the tenant requires, for the person on
 * whose behalf it is asked (directoryobject-validateproperties, example 2; every message there names mailNickname).
 */
export function nameProblems(
  tenant: Tenant,
  names: Readonly<Record<string, unknown>>,
  person: string | undefined,
): readonly ErrorDetail[] {
  const held = person === undefined ? undefined : tenant.directory.get(person.toLowerCase());
  const [prefix = "", suffix = ""] = requirementOf(tenant)
    .split("[GroupName]")
    .map((part) =>
      part.replaceAll(/\[([^\]]*)\]/g, (_all, name: string) => {
        const attribute = ATTRIBUTES[name];
        if (attribute === undefined) return name;
        const value = held?.values[attribute];
        return typeof value === "string" ? value : "";
      }),
    );
  return Object.entries(names).flatMap(([target, name]) =>
    typeof name !== "string" || (name.startsWith(prefix) && name.endsWith(suffix))
      ? []
      : {
          target,
          code: "MissingPrefixSuffix",
          message:
            "Property mailNickname is missing a required prefix/suffix per your organization's Group naming requirements.",
          prefix,
          suffix,
        },
  );
}
