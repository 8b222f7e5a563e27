import { finding, resourcesOfType } from "../infra.ts";
import { at, written } from "../value.ts";
import type { Rule } from "./rule.ts";

/** Azure/bicep-registry-modules#6001. */
export const oneAtATime: Rule = {
  says: "private endpoints are made one after the other: a storage account takes one such operation at a time",
  findings: (infra) =>
    resourcesOfType(infra, "Microsoft.Network/privateEndpoints")
      .filter(({ file, it }) => !/@batchSize\(1\)/.test(file.text.split("\n")[it.line - 2] ?? ""))
      .map(({ file, it }) => finding(file, it.line, `${it.symbol} has no @batchSize(1)`)),
};

/** learn.microsoft.com, Azure Storage firewall: "/31" and "/32" are not supported. */
export const smallRanges: Rule = {
  says: "the storage account's firewall gets no range of /31 or /32, which it refuses",
  findings: (infra) =>
    resourcesOfType(infra, "Microsoft.Storage/storageAccounts").flatMap(({ file, it }) => {
      const rules = at(it.body, "properties", "networkAcls", "ipRules");
      const over = rules?.kind === "loop" ? rules.over : "nothing";
      const small = file.declarations.find(({ name }) => name === "smallRanges");
      const handled =
        over === "storageAddresses" &&
        ["'/31'", "'/32'"].every((each) => written(small?.value).includes(each));
      return handled
        ? []
        : [finding(file, it.line, `ipRules come from ${over}, which lets /31 and /32 through`)];
    }),
};

/** The workbook gallery lists names alone, and two environments may share a workspace. */
export const namedByEnvironment: Rule = {
  says: "the workbook is named after its environment, so that two environments in one group have two",
  findings: (infra) =>
    resourcesOfType(infra, "Microsoft.Insights/workbooks").flatMap(({ file, it }) =>
      [at(it.body, "name"), at(it.body, "properties", "displayName")]
        .filter((each) => !written(each).includes("environmentName"))
        .map((each) => finding(file, it.line, `${written(each)} does not name the environment`)),
    ),
};

export const tagged: Rule = {
  says: "every module tags its resources with the deployment they belong to",
  findings: (infra) =>
    infra.bicep.flatMap((file) =>
      file.modules
        .filter(({ body }) => at(body, "params", "tags") !== undefined)
        .filter(({ body }) => written(at(body, "params", "tags")) !== "allTags")
        .map((each) => finding(file, each.line, `${each.symbol} is not given allTags`)),
    ),
};
