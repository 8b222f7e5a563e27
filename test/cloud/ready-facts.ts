import type { LocalCloud } from "./local-cloud.ts";

/** The fields of the ready file, for third-party clients. */
export function readyFacts(cloud: LocalCloud) {
  return {
    graph: cloud.urls.graph,
    login: cloud.urls.login,
    vault: cloud.urls.vault,
    management: cloud.urls.management,
    identityEndpoint: cloud.urls.identityEndpoint,
    identityHeader: cloud.identityHeader,
    storage:
      cloud.storage === undefined
        ? null
        : { ...cloud.storage, blob: cloud.urls.blob, queue: cloud.urls.queue },
    caFile: cloud.caFile,
    tenantId: cloud.home.tenantId,
    domain: cloud.home.domain,
    clientId: cloud.tools.clientId,
    clientSecret: cloud.tools.clientSecret,
    certificateFile: cloud.tools.certificateFile,
    /** People who can sign in, and the public client they sign in to. */
    signIn: cloud.home.signIn ?? null,
    control: cloud.urls.control,
    /** The environment of a process that runs the product in this cloud. */
    env: cloud.env(),
  };
}
