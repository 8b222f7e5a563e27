import { deletedItemRoutes } from "./deleted-items.ts";
import { groupRoutes } from "./groups.ts";
import { memberRoutes } from "./members.ts";
import type { Route } from "./route.ts";
import { userRoutes } from "./users.ts";

/** Every operation that is emulated. */
export const ROUTES: readonly Route[] = [
  ...userRoutes,
  ...groupRoutes,
  ...memberRoutes,
  ...deletedItemRoutes,
];
