import type { GraphRequest } from "../../shared/core/graph-request.ts";

/** The members that a request adds together. */
export const boundIn = (request: GraphRequest): string[] => {
  const bound = "body" in request ? request.body["members@odata.bind"] : undefined;
  return Array.isArray(bound) ? bound.map((each) => String(each).split("/").pop() ?? "") : [];
};

/** The objects and edges a request changes, with the groups and members of these. */
export function keysOf(request: GraphRequest): string[] {
  const [, kind, name = "", , member] = request.url.split("/");
  if (request.method === "GET") return [];
  const body = "body" in request ? request.body : {};
  if (kind === "users") return [`user:${name === "" ? String(body["userPrincipalName"]) : name}`];
  if (request.method === "PATCH") {
    const edges = boundIn(request).flatMap((id) => edgeKeys(name, id));
    return [`patch:${name}`, ...edges];
  }
  const id = request.method === "DELETE" ? member : String(body["@odata.id"]).split("/").pop();
  return edgeKeys(name, id ?? "");
}

const edgeKeys = (group: string, member: string): string[] => [
  `edge:${group}/${member}`,
  `group:${group}`,
  `member:${member}`,
];
