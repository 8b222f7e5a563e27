import { chunk } from "../../shared/core/chunk.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { userUrl } from "../../shared/core/graph-request.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { createGraph } from "../../shared/graph/graph.ts";
import type { Stage } from "../stage/stage.ts";

/** Deletes users as somebody else would. Call it while the meters are off. */
export async function deleteUsers({ cloud }: Stage, users: readonly string[]): Promise<void> {
  const { control, home } = cloud;
  const given = { tenantId: home.tenantId, appId: home.clientId };
  const { token } = await control.issueToken({ ...given, resource: "https://graph.microsoft.com" });
  const graph = createGraph({
    cloud: clouds.global,
    tenant: home.tenantId,
    getToken: async () => ({ token }),
    clock: systemClock,
    random: Math.random,
    emit: () => undefined,
    settings: { retryFloorMs: 100, resourceUnitQuota: 1e6, resourceUnitWindowMs: 1000 },
  });
  for (const some of chunk(users)) {
    const result = await graph.post(
      some.map((user) => ({ method: "DELETE", url: userUrl(toObjectId(user)) })),
    );
    const isDone = result.kind === "answered" && result.parts.every((part) => part?.status === 204);
    if (!isDone) throw new Error(`users were not deleted: ${JSON.stringify(result)}`);
  }
}
