import type { Finding } from "../bicep-file.ts";
import { fileAt, finding, type Infra, textOf } from "../infra.ts";
import { at, objectOf, written } from "../value.ts";
import type { Rule } from "./rule.ts";

interface Query {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

interface Workbook {
  readonly items: readonly {
    readonly name: string;
    readonly content: { readonly query?: string };
  }[];
}

function queriesOf(infra: Infra): Query[] {
  const alerts = fileAt(infra, "modules/alerts.bicep");
  const rules = alerts.declarations.find(({ name }) => name === "rules")?.value;
  const workbook: Workbook = JSON.parse(textOf(infra, "workbook.json"));
  return [
    ...(rules?.kind === "array" ? rules.items : []).map((rule) => ({
      file: alerts.path,
      name: written(at(rule, "name")),
      text: written(at(rule, "query")),
    })),
    ...workbook.items.flatMap(({ name, content: { query } }) =>
      query === undefined ? [] : [{ file: "workbook.json", name, text: query }],
    ),
  ];
}

/** `event == "x"` and `event in ("x", "y")`. */
const eventsIn = (query: string): string[] =>
  [...query.matchAll(/\bevent (?:==|in) (\("[^)]*"\)|"[^"]*")/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name),
  );

/** `fields.name` and `fields["name"]`. */
const fieldsIn = (query: string): string[] =>
  [...query.matchAll(/\bfields(?:\.(\w+)|\["(\w+)"\])/g)].map(
    ([, dot, bracket]) => dot ?? bracket ?? "",
  );

export const queriesFollowTheContract: Rule = {
  says: "alerts and workbook name only events and fields that the product writes",
  findings: (infra) =>
    queriesOf(infra).flatMap(({ file, name, text }): Finding[] => {
      const events = eventsIn(text);
      const known = infra.product.events;
      const unknown = events.filter((each) => known[each] === undefined);
      const fields = new Set(events.flatMap((each) => known[each] ?? []));
      const strange = fieldsIn(text).filter((each) => each !== "event" && !fields.has(each));
      return [
        ...(events.length === 0 ? [finding(file, 1, `${name} names no event`)] : []),
        ...unknown.map((each) => finding(file, 1, `${name}: no event ${each}`)),
        ...strange.map((each) =>
          finding(file, 1, `${name}: ${events.join(", ")} has no field ${each}`),
        ),
      ];
    }),
};

/** Events that need an alert. */
export const watched = [
  "batch.finished",
  "batch.held",
  "batch.refused",
  "batch.stalled",
  "batch.paused",
  "policy.failed",
  "batch.stopped",
  "certificate.expiring",
  "certificate.unregistered",
  "certificate.unserved",
  "certificate.unusable",
  "consent.missing",
  "decision.ignored",
  "poison.settled",
  "runner.heartbeat",
  "slice.finished",
  "token.failed",
  "vault.refused",
];

export const alertsWatchEverything: Rule = {
  says: "an alert watches each event that needs one, and each calls the action group",
  findings: (infra) => {
    const alerts = fileAt(infra, "modules/alerts.bicep");
    const events = new Set(
      queriesOf(infra)
        .filter(({ file }) => file === alerts.path)
        .flatMap(({ text }) => eventsIn(text)),
    );
    const rule = alerts.resources.find(
      ({ type }) => type === "Microsoft.Insights/scheduledQueryRules",
    );
    const properties = objectOf(at(rule?.body, "properties"));
    const calls = written(at(properties, "actions", "actionGroups"));
    return [
      ...watched
        .filter((each) => !events.has(each))
        .map((each) => finding(alerts, 1, `nothing watches ${each}`)),
      ...(calls === "actionGroupIds"
        ? []
        : [finding(alerts, rule?.line ?? 1, `alerts call ${calls}`)]),
      ...(written(at(properties, "enabled")) === "true"
        ? []
        : [finding(alerts, rule?.line ?? 1, "alerts are off")]),
    ];
  },
};
