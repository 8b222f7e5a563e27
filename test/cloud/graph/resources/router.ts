import type { Route } from "./route.ts";

interface Node {
  readonly literal: Map<string, Node>;
  param: { readonly node: Node } | undefined;
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

const node = (): Node => ({ literal: new Map(), param: undefined, routes: new Map() });

/** What a path resolves to. `methods`: the path is known, but not with this method. */
export type Found =
  | { readonly kind: "route"; readonly route: Route; readonly params: Record<string, string> }
  | { readonly kind: "methods"; readonly known: number }
  /** `known`: up to which segment a route has its name. */
  | { readonly kind: "none"; readonly known: number };

/** Finds the route of a path; literal segments take precedence over `:params` and ignore case. */
export function createRouter(
  routes: readonly Route[],
): (method: string, segments: readonly string[]) => Found {
  const root = node();
  for (const route of routes) {
    let at = root;
    const names: string[] = [];
    for (const part of route.path.split("/").slice(1)) {
      if (part.startsWith(":")) {
        names.push(part.slice(1));
        at.param ??= { node: node() };
        at = at.param.node;
      } else {
        const key = part.toLowerCase();
        let next = at.literal.get(key);
        if (!next) at.literal.set(key, (next = node()));
        at = next;
      }
    }
    if (at.routes.has(route.method))
      throw new TypeError(`two routes ${route.method} ${route.path}`);
    at.routes.set(route.method, { route, names });
  }

  const knownOf = (at: Node, segments: readonly string[], index: number): number => {
    const segment = segments[index];
    if (segment === undefined) return 0;
    const literal = at.literal.get(segment.toLowerCase());
    return Math.max(
      literal ? Math.max(index + 1, knownOf(literal, segments, index + 1)) : 0,
      at.param ? knownOf(at.param.node, segments, index + 1) : 0,
    );
  };

  const walk = (
    at: Node,
    segments: readonly string[],
    index: number,
    values: string[],
  ): Node | undefined => {
    if (index === segments.length) return at.routes.size > 0 ? at : undefined;
    const segment = segments[index] ?? "";
    const literal = at.literal.get(segment.toLowerCase());
    const found = literal && walk(literal, segments, index + 1, values);
    if (found) return found;
    if (!at.param) return undefined;
    values.push(segment);
    const below = walk(at.param.node, segments, index + 1, values);
    if (!below) values.pop();
    return below;
  };

  return (method, segments) => {
    const values: string[] = [];
    const end = walk(root, segments, 0, values);
    if (!end) return { kind: "none", known: knownOf(root, segments, 0) };
    const found = end.routes.get(method);
    if (!found) return { kind: "methods", known: knownOf(root, segments, 0) };
    const params: Record<string, string> = {};
    found.names.forEach((name, index) => (params[name] = values[index] ?? ""));
    return { kind: "route", route: found.route, params };
  };
}
