import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PlannedWrite } from "../../../shared/catalogue/row.ts";
import { toObjectId } from "../../../shared/core/object-id.ts";
import type { Lane } from "../../../shared/runner/schedule/open-row.ts";
import { resolveId } from "../../../shared/runner/schedule/resolve-id.ts";
import { createSchedule } from "../../../shared/runner/schedule/schedule.ts";

const unknown = () => ({ isFinal: false, objectId: undefined });
const secondFailed = (row: number) => ({ isFinal: row === 2, objectId: undefined });

describe("a row whose user an earlier row creates", () => {
  const group = toObjectId("10000000-0000-4000-8000-000000000000");
  const member = toObjectId("00000000-0000-4000-8000-000000000001");
  const write: PlannedWrite = {
    target: { kind: "pending-membership", group },
    keys: [`edge:${group}/upn:a`, "upn:a"],
    idFromRow: { row: 3, role: "member" },
  };

  it("waits for that row", () => {
    const schedule = createSchedule<Lane>();
    const lane: Lane = {
      path: "n",
      accepted: "n",
      isFinal: () => false,
      areFinalUpTo: () => false,
    };
    schedule.open({ lane, row: 4, operation: "group.add-member", write });
    assert.deepEqual(resolveId(write, unknown), { kind: "wait", row: 3 });
    assert.deepEqual(schedule.choose({ lanes: [lane], nowMs: 0, most: 20 }).picked, []);
  });

  it("gets its id, and from then on excludes others from that object", () => {
    const result = resolveId(write, () => ({ isFinal: true, objectId: member }));
    assert.ok(result.kind === "write");
    assert.deepEqual(result.write.target, { kind: "membership", group, member });
    const known = [`edge:${group}/${member}`, `object:${member}`];
    assert.deepEqual(result.write.keys, [`edge:${group}/upn:a`, "upn:a", ...known]);
    assert.deepEqual(resolveId(result.write, unknown), result);
  });

  it("gets no id if that row created nothing", () => {
    const result = resolveId(write, () => ({ isFinal: true, objectId: undefined }));
    assert.deepEqual(result, { kind: "orphan", row: 3 });
  });

  it("waits for each of two rows if another one creates its group", () => {
    const both: PlannedWrite = {
      target: { kind: "pending-membership" },
      keys: ["edge:gid:a/upn:a", "upn:a"],
      idFromRow: { row: 3, role: "member" },
      holderFromRow: 2,
    };
    const ids = new Map([[3, member]]);
    const creatorOf = (row: number) => ({ isFinal: ids.has(row), objectId: ids.get(row) });
    assert.deepEqual(resolveId(both, creatorOf), { kind: "wait", row: 2 });
    ids.set(2, group);
    const result = resolveId(both, creatorOf);
    assert.ok(result.kind === "write");
    assert.deepEqual(result.write.target, { kind: "membership", group, member });
    assert.equal(result.write.group, group);
    const known = [`edge:${group}/${member}`, `object:${member}`];
    assert.deepEqual(result.write.keys, [...both.keys, ...known]);
    assert.deepEqual(resolveId(both, secondFailed), { kind: "orphan", row: 2 });
  });
});
