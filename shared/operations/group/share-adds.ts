import type { Share } from "../../catalogue/operation.ts";
import type { ReadyWrite } from "../../catalogue/row.ts";
import type { Targets } from "../../catalogue/target.ts";
import { type GraphRead, odataIds } from "../../core/graph-request.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { presence } from "../../core/sets/read-set.ts";
import { membershipParts } from "./membership.ts";

type EdgeWrite = ReadyWrite<Targets["membership"]>;

/**
 * Adds several members to one group by PATCH of the group, which takes at most 20 and is all or nothing
 * (Graph reference, group-post-members). Service principals are not in the lists of v1.0, so that nobody
 * could tell afterwards which of them are members: only members that the plan saw as users or groups share
 * a request, and of these only such as were not in the group.
 */
export const shareAdds: Share<"membership"> = {
  may: ({ memberSeen, was }) => memberSeen === true && was !== "present",
  request: (writes, { graphRoot }) => ({
    method: "PATCH",
    url: `/groups/${groupOf(writes)}`,
    body: {
      "members@odata.bind": writes.map(
        ({ target }) => `${graphRoot}/directoryObjects/${target.member}`,
      ),
    },
  }),
  inquire: (writes) => [membershipParts.together.look(writes), usersRead(writes)],
  blamed: (writes, refusal, [members, users]) =>
    writes.filter(
      ({ target }) =>
        (refusal?.error?.message ?? "").toLowerCase().includes(target.member) ||
        presence(listedIds(members), target.member) === "present" ||
        presence(listedIds(users), target.member) === "absent",
    ),
};

const groupOf = ([first]: readonly EdgeWrite[]): string => {
  if (first === undefined) throw new TypeError("no member to add");
  return first.target.group;
};

const usersRead = (writes: readonly EdgeWrite[]): GraphRead => ({
  method: "GET",
  url: `/users?$filter=${odataIds(writes.map(({ target }) => target.member))}&$select=id&$count=true`,
  headers: { ConsistencyLevel: "eventual" },
});
