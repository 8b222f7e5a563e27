import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { settingFacts } from "../../shared/app/settings.ts";
import { BATCH_LIMIT } from "../../shared/core/chunk.ts";
import { runnerDefaults } from "../../shared/runner/ports.ts";
import { read } from "./pages.ts";

const { sliceMs, postsInFlight, retryForMs } = runnerDefaults;
const minute = 60_000;
const host = JSON.parse(read("host.json")) as {
  readonly extensions: { readonly queues: Readonly<Record<string, unknown>> };
};
const { maxDequeueCount, visibilityTimeout } = host.extensions.queues;
const sweep = /sweep: '([^']+)'/.exec(read("infra/main.bicep"))?.[1];
const defaultOf = (setting: string): string | undefined =>
  settingFacts().find(({ name }) => name === setting)?.fallback;

/** What is so, what it has to be for the sentence to be true, and the pages with the sentence. */
const facts: readonly (readonly [is: unknown, says: unknown, text: string, page: string])[] = [
  [sliceMs, 15 * minute, "a slice of at most 15 minutes has ended", "docs/operations.md"],
  [
    `${postsInFlight} posts of ${BATCH_LIMIT}`,
    "16 posts of 20",
    "(at most 16 posts of 20 rows)",
    "docs/runbook.md",
  ],
  [retryForMs, 15 * minute, "after 15 minutes of such faults the row fails", "docs/errors.md"],
  [maxDequeueCount, 5, "failed five times and was moved to a poison queue", "docs/errors.md"],
  [visibilityTimeout, "00:01:00", "tried five times, a minute apart", "docs/errors.md"],
  [sweep, "0 */5 * * * *", "the sweep (every five minutes)", "docs/messages.md"],
  [sweep, "0 */5 * * * *", "The sweep rings within five minutes", "docs/runbook.md"],
  [sweep, "0 */5 * * * *", "the sweep, 8,640 runs", "docs/cost.md"],
  [
    defaultOf("MAX_DISABLES_PER_BATCH"),
    "50",
    "may disable fifty accounts at a time with the default guards",
    "docs/threat-model.md",
  ],
  [
    defaultOf("MAX_INVALID_ROWS_PERCENT"),
    "10",
    "a tenth of its rows invalid (MAX_INVALID_ROWS_PERCENT)",
    "docs/messages.md",
  ],
];

describe("a number in the documentation is the code's", () => {
  for (const [is, says, text, page] of facts) {
    it(`${page}: ${text}`, () => {
      assert.ok(read(page).replaceAll(/\s+/g, " ").includes(text), "the page no longer says it");
      assert.equal(is, says);
    });
  }

  it("docs/cost.md: how many alerts run how often", () => {
    const often = [
      ...read("infra/modules/alerts.bicep").matchAll(/frequency: 'PT(\d+)([MH])'/g),
    ].map(([, count, unit]) => Number(count) * (unit === "H" ? 60 : 1));
    const of = (is: (minutes: number) => boolean): number => often.filter(is).length;
    const said = `${of((m) => m === 5)} rules every 5 minutes, ${of((m) => m === 10)} every 10, ${of((m) => m >= 15)} every 15 or more`;
    assert.equal(
      often.length,
      of((m) => m === 5 || m === 10 || m >= 15),
    );
    assert.ok(read("docs/cost.md").includes(said), said);
  });
});
