import { noContent, ok, type Answer } from "../http/answer.ts";
import { MODELS, SETS } from "../model/models.ts";
import { modelCase } from "../odata/model-case.ts";
import type { Kind } from "../store/entity.ts";
import type { Call } from "./call.ts";
import type { Route } from "./route.ts";
import { unknownPath } from "./unknown-path.ts";

/** Each kind's object path whose properties can be read one by one. */
const OBJECTS: readonly (readonly [path: string, kind: Kind])[] = [
  ["/users/:user", "user"],
  ["/groups/:group", "group"],
  ["/applications/:application", "application"],
  ["/servicePrincipals/:principal", "servicePrincipal"],
];

/**
 * `GET /applications/{id}/appRoles`: one property by its path (OData 4, addressing a property; clients
 * read roles and scopes that way). Null is 204. Any other segment is unknown.
 */
export function propertyRoutes(routes: readonly Route[]): readonly Route[] {
  return OBJECTS.flatMap(([path, kind]) => {
    const object = routes.find((route) => route.method === "GET" && route.path === path);
    return object ? [propertyRoute(object, kind)] : [];
  });
}

function propertyRoute(object: Route, kind: Kind): Route {
  const { needs } = object;
  const nameIn = (call: Call): string => modelCase(MODELS[kind], call.params["property"] ?? "");
  const asked = (call: Call): Call => ({
    ...call,
    query: { ...call.query, select: [nameIn(call)], expand: undefined },
  });
  return {
    ...object,
    path: `${object.path}/:property`,
    needs: typeof needs === "function" ? (call) => needs(asked(call)) : needs,
    handle(call): Answer {
      const name = nameIn(call);
      if (!Object.hasOwn(MODELS[kind], name)) {
        throw unknownPath(call.method, call.segments, { kind: "none", known: 2 });
      }
      const body = object.handle(asked(call)).body as Readonly<Record<string, unknown>>;
      const value = body[name];
      if (value === null || value === undefined) return noContent;
      const [, key = ""] = call.segments;
      return ok({
        "@odata.context": `${call.root}/$metadata#${SETS[kind]}('${key}')/${name}`,
        value,
      });
    },
  };
}
