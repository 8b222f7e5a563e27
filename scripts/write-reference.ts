import { readFileSync, writeFileSync } from "node:fs";

import { recipesOf } from "../shared/app/recipes.ts";
import { settingFacts } from "../shared/app/settings.ts";
import { type Explanation, refusalRows } from "../shared/identity/token/explanations.ts";
import { catalogue } from "../shared/operations/list.ts";
import { withCaps } from "./caps-table.ts";
import { commandPage } from "./command-page.ts";
import { rowsPage } from "./rows-page.ts";

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const code = (text: string): string => `\`${text}\``;

/**
 * The sentence above a setting's rule in `shared/app/`: a comment, so that it is not deployed.
 *
 * @throws Error if there is none.
 */
function aboutSetting(name: string): string {
  const source = ["settings.ts", "guard-rules.ts", "row-rules.ts"]
    .map((file) => readFileSync(at(`shared/app/${file}`), "utf8"))
    .join("");
  const [, comment] = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+${name}:`).exec(source) ?? [];
  if (comment === undefined) throw new Error(`${name} has no sentence above its rule`);
  return comment.replaceAll(/\s*\n\s*\*\s*/g, " ").trim();
}

function settingsPage(): string {
  const rows = settingFacts().map(({ name, must, fallback }) =>
    row(
      code(name),
      aboutSetting(name),
      must,
      fallback === undefined ? "required" : fallback === "" ? "none" : code(fallback),
    ),
  );
  return [
    "# Settings",
    "",
    "What the product reads from its environment. `npm run reference` writes this page from",
    "`shared/app/settings.ts`; the Bicep in `infra/` sets exactly these. All mistakes are reported at once,",
    "by the first invocation, as [SETTINGS_INVALID](errors.md#settings_invalid).",
    "",
    row("setting", "what it is", "it must", "without it"),
    row("---", "---", "---", "---"),
    ...rows,
    "",
    "For development alone, and set by no template: `CLIENT_SECRET`, with CREDENTIAL `client-secret`. It is",
    "accepted if `AZURE_FUNCTIONS_ENVIRONMENT` is `Development`, otherwise only with",
    "`ALLOW_CLIENT_SECRET=true`.",
    "",
    "The storage triggers also read `BatchStorage__credential` (`managedidentity`) and",
    "`BatchStorage__clientId`; the host reads `AzureWebJobsStorage__*` and `APPLICATIONINSIGHTS_*`.",
    "",
  ].join("\n");
}

/** Placeholders for the parts of a message that differ. */
const placeholders = {
  tenant: "<tenant>",
  clientId: "<client id>",
  resource: "<resource>",
  loginHost: "<login host>",
  consentUrl: "<consent address>",
  presented: "<what was shown>",
  clockBehindSeconds: 42,
};

const askedAgain: Record<Explanation["retry"], string> = {
  no: "no",
  "other-key": "once, by another version of the certificate",
  clock: "once, if the answer corrected the clock",
  claims: "once, if claims came with it",
  later: "yes, after a wait",
};

function refusalsPage(): string {
  const rows = refusalRows.map(([codes, { means, fix, retry, code: error }]) =>
    row(
      codes.join(", "),
      means,
      fix(placeholders).replaceAll(/<[a-z ]+>/g, code),
      askedAgain[retry],
      `[${error}](errors.md#${error.toLowerCase()})`,
    ),
  );
  return [
    "# Entra's refusals, number by number",
    "",
    "The text for each AADSTS number, and whether the application requests the token again. `npm run",
    "reference` writes this page from `shared/identity/token/explanations.ts`. An error with another number is reported",
    "as unknown, with Entra's text; the token is requested again only if status or OAuth's `error` says that it",
    "is transient (408, 429, 5xx, `temporarily_unavailable`). With the statuses 408, 429, 502, 503 and 504 it is",
    "requested again whatever the number is, and so it is after an answer that is not Entra's, such as a redirect or a",
    "proxy's page. A cached token is used meanwhile.",
    "",
    row("AADSTS", "what it means", "what to do", "asked again", "code"),
    row("---", "---", "---", "---", "---"),
    ...rows,
    "",
  ].join("\n");
}

/** What the operator's command knows of the operations: it does not import them. */
function operationTable(): string {
  const named = { ...catalogue, ...recipesOf(catalogue) };
  const rows = Object.entries(named).map(([name, { summary, fields, example }]) => {
    const of = (isRequired: boolean): string[] =>
      Object.entries(fields).flatMap(([field, { required }]) =>
        required === isRequired ? [field] : [],
      );
    return { name, summary, required: of(true), optional: of(false), example };
  });
  return [
    "// Written by `npm run reference` from shared/operations/ and recipes/. Do not edit.",
    "",
    "/** An operation or a recipe as a sender sees it: its columns. */",
    "export interface OperationColumns {",
    "  readonly name: string;",
    "  readonly summary: string;",
    "  readonly required: readonly string[];",
    "  readonly optional: readonly string[];",
    "  /** The cells of a row, as a CSV file has them. */",
    "  readonly example: Readonly<Record<string, string>>;",
    "}",
    "",
    "/** Every operation and recipe, by name. */",
    "export const operationTable: readonly OperationColumns[] = [",
    ...rows.map((each) => `  ${JSON.stringify(each)},`),
    "];",
    "",
  ].join("\n");
}

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const guardsPage = (): string =>
  withCaps(readFileSync(at("docs/guards.md"), "utf8"), settingFacts(), aboutSetting);

const pages = {
  "docs/settings.md": settingsPage,
  "docs/guards.md": guardsPage,
  "docs/rows.md": rowsPage,
  "docs/aadsts.md": refusalsPage,
  "docs/command.md": commandPage,
  "shared/command/operation-table/operation-table.ts": operationTable,
};

/** The pages that no longer match the code. */
export const stalePages = (): readonly string[] =>
  Object.entries(pages)
    .filter(([page, write]) => readFileSync(at(page), "utf8") !== write())
    .map(([page]) => page);

if (import.meta.filename === process.argv[1]) {
  for (const [page, write] of Object.entries(pages)) writeFileSync(at(page), write());
}
