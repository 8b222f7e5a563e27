import { demandApplicationWrite } from "../../applications/ownership.ts";
import { NO_PUBLISHER } from "../../applications/shape.ts";
import { noContent, type Answer } from "../../http/answer.ts";
import { badRequest, GraphError } from "../../http/graph-error.ts";
import { demandPerson } from "../../rules/people-only.ts";
import { application } from "../application-named.ts";
import type { Call } from "../call.ts";
import type { Route } from "../route.ts";

const PATH = "/applications/:application";

/** A person of the verified publisher confirms it (application-setverifiedpublisher). @throws GraphError 400, 403 */
function setPublisher(call: Call): Answer {
  demandPerson(call);
  const id = call.body["verifiedPublisherId"];
  if (typeof id !== "string" || !/^\d{4,10}$/.test(id))
    throw badRequest("The verifiedPublisherId is not the id of a verified publisher.");
  const entity = application(call);
  demandApplicationWrite(call, entity);
  call.tenant.directory.update(entity, {
    verifiedPublisher: {
      displayName: call.tenant.displayName,
      verifiedPublisherId: id,
      addedDateTime: call.tenant.nowText(),
    },
  });
  return noContent;
}

function unsetPublisher(call: Call): Answer {
  const entity = application(call);
  demandPerson(call);
  demandApplicationWrite(call, entity);
  call.tenant.directory.update(entity, { verifiedPublisher: NO_PUBLISHER });
  return noContent;
}

/** A picture of at most 100 KB (resources/application, logo). @throws GraphError 400 */
function setLogo(call: Call): Answer {
  const entity = application(call);
  demandApplicationWrite(call, entity);
  const { bytes } = call;
  const isPicture = /^image\/(?:gif|jpe?g|png)/i.test(call.headers["content-type"] ?? "");
  if (!bytes || bytes.length === 0 || bytes.length > 100 * 1024 || !isPicture)
    throw new GraphError(400, "Request_BadRequest", "Invalid value specified for property 'logo'.");
  const before = entity.values["info"] as Readonly<Record<string, unknown>> | undefined;
  const logoUrl = `https://secure.aadcdn.microsoftonline-p.com/${entity.id}/appbranding/bannerlogo`;
  call.tenant.directory.update(entity, { info: { ...before, logoUrl } });
  return noContent;
}

export const verifiedPublisherRoutes: readonly Route[] = [
  {
    method: "POST",
    path: `${PATH}/setVerifiedPublisher`,
    needs: "per-call",
    body: "required",
    handle: setPublisher,
  },
  {
    method: "POST",
    path: `${PATH}/unsetVerifiedPublisher`,
    needs: "per-call",
    handle: unsetPublisher,
  },
  { method: "PUT", path: `${PATH}/logo`, needs: "per-call", handle: setLogo },
];
