import { allGuardedKinds, guardedKinds } from "../shared/catalogue/guarded.ts";
import { PERCENT_FROM_OBJECTS, settingOf } from "../shared/guards/caps.ts";

const START = "<!-- begin caps: written by npm run reference -->";
const END = "<!-- end caps -->";

/** One row of the table: a guard, over what it counts, and its setting. */
interface Cap {
  readonly guard: string;
  readonly counts: string;
  readonly over: string;
  readonly setting: string;
}

function caps(): Cap[] {
  const ofKinds = allGuardedKinds.flatMap((kind): Cap[] => {
    const { means: counts, of } = guardedKinds[kind];
    const day = "24 hours of the tenant";
    return [
      { guard: kind, counts, over: "one batch", setting: settingOf(kind, "PER_BATCH") },
      { guard: `${kind}-per-day`, counts, over: day, setting: settingOf(kind, "PER_DAY") },
      ...(of === undefined
        ? []
        : [
            {
              guard: `${kind}-percent`,
              counts,
              over: `${day}, in percent of its ${of}, from ${PERCENT_FROM_OBJECTS} on`,
              setting: settingOf(kind, "PERCENT_PER_DAY"),
            },
          ]),
    ];
  });
  const group = {
    guard: "group-loss",
    counts: guardedKinds["membership-removals"].means,
    over: "24 hours of one group of at least `GROUP_LOSS_FROM_MEMBERS` members, in percent of them",
    setting: "MAX_GROUP_LOSS_PERCENT_PER_DAY",
  };
  return [...ofKinds, group];
}

/** The page with its table of caps as the code has them. `about` is the sentence above a setting's rule. */
export function withCaps(
  page: string,
  facts: readonly { readonly name: string; readonly fallback: string | undefined }[],
  about: (setting: string) => string,
): string {
  const rows = caps().map(({ guard, counts, over, setting }) => {
    const fallback = facts.find(({ name }) => name === setting)?.fallback ?? "";
    return `| \`${guard}\` | ${counts} | ${over} | \`${setting}\` | ${fallback} | ${about(setting)} |`;
  });
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error("docs/guards.md has no caps");
  const head = [
    "| guard | counts | over | setting | default | why |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  return `${before}${START}\n${[...head, ...rows].join("\n")}\n${END}${after}`;
}
