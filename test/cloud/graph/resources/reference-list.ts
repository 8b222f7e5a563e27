import type { Answer } from "../http/answer.ts";
import { listAnswer, type Collection } from "../odata/list.ts";
import type { Call } from "./call.ts";

/** A collection's `$ref`s: addresses of the objects instead of the objects. */
export function referenceList(call: Call, collection: Collection): Answer {
  const answer = listAnswer(call, collection);
  const body = answer.body as {
    readonly value: readonly { readonly id: string; readonly "@odata.type"?: string }[];
  };
  return {
    ...answer,
    body: {
      ...body,
      "@odata.context": `${call.root}/$metadata#Collection($ref)`,
      value: body.value.map((entry) => ({
        "@odata.id": `${call.root.replace(/\/v1\.0$/, "")}/v2/${call.tenant.id}/directoryObjects/${entry.id}/${className(entry["@odata.type"])}`,
      })),
    },
  };
}

/** `#microsoft.graph.user` as references name it: `Microsoft.DirectoryServices.User`. */
const className = (type = "#microsoft.graph.directoryObject"): string => {
  const name = type.slice(type.lastIndexOf(".") + 1);
  return `Microsoft.DirectoryServices.${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};
