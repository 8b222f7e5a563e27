import type { Directory } from "../store/directory.ts";
import type { Entity, Values } from "../store/entity.ts";
import { guidOf } from "../store/ids.ts";
import { builtInRole, BUILT_IN_ROLES } from "./built-in-roles.ts";
import { actionsOfRole, covers } from "./role-actions.ts";

/** An assignment to part of the directory; those to the whole of it are members of the role's object. */
export interface ScopedAssignment {
  readonly roleId: string;
  readonly principalId: string;
  /** `/administrativeUnits/<id>` or `/<object id>`. */
  readonly scope: string;
}

/** What somebody has, or may activate, from a moment on or until one (resources/requestschedule). */
export interface TimedAssignment {
  readonly one: ScopedAssignment;
  readonly isEligibility: boolean;
  readonly fromMs: number;
  readonly untilMs: number;
  isGiven: boolean;
}

export const isSameAssignment = (one: ScopedAssignment, other: ScopedAssignment): boolean =>
  one.roleId === other.roleId && one.principalId === other.principalId && one.scope === other.scope;

/** The directory roles of one tenant: an object for each that was activated, with its holders as members. */
export class DirectoryRoles {
  readonly scoped: ScopedAssignment[] = [];
  /** Who may activate a role (Privileged Identity Management). */
  readonly eligible: ScopedAssignment[] = [];
  /** Those that have not begun, or that end. */
  readonly timed: TimedAssignment[] = [];
  /** The tenant's own roles by id, as Graph shows them. */
  readonly custom: Map<string, Values>;
  readonly #directory: Directory;
  readonly #seed: number;

  constructor(directory: Directory, seed: number, custom: Map<string, Values>) {
    this.#directory = directory;
    this.#seed = seed ^ 0x401e;
    this.custom = custom;
  }

  /** The role's object; only Global Administrator is there from the start (directoryrole-post-directoryroles). */
  find(templateId: string): Entity | undefined {
    return this.#directory.find("directoryRole", "roleTemplateId", templateId)[0];
  }

  /** The role's object, activated if it was not. @throws TypeError for an unknown role */
  activate(idOrName: string): Entity {
    const role = builtInRole(idOrName);
    if (role === undefined) throw new TypeError(`There is no directory role ${idOrName}.`);
    const { id: roleTemplateId, displayName, description } = role;
    return (
      this.find(roleTemplateId) ??
      this.#directory.create(
        "directoryRole",
        { displayName, description, roleTemplateId },
        // A sequence of its own, so that roles do not change the ids of other objects.
        guidOf(this.#seed, BUILT_IN_ROLES.indexOf(role) + 1),
      )
    );
  }

  /** Activates the role that every tenant has. */
  ensureFirst(): void {
    this.activate("Global Administrator");
  }

  /** Gives the principal the role in the whole directory; false if it had it. */
  assign(principalId: string, idOrName: string): boolean {
    return this.#directory.link("members", this.activate(idOrName), principalId.toLowerCase());
  }

  /** Gives an assignment: Entra's own roles in the whole directory by their object, any other as an entry of its own. */
  give(one: ScopedAssignment, isEligibility = false): void {
    if (isEligibility) this.eligible.push(one);
    else if (one.scope === "/" && builtInRole(one.roleId)) this.assign(one.principalId, one.roleId);
    else this.scoped.push(one);
  }

  /** Takes it again. */
  take(one: ScopedAssignment, isEligibility = false): void {
    const role = this.find(one.roleId);
    if (!isEligibility && one.scope === "/" && role) {
      this.#directory.unlink("members", role, one.principalId);
      return;
    }
    const list = isEligibility ? this.eligible : this.scoped;
    const at = list.findIndex((other) => isSameAssignment(other, one));
    if (at >= 0) list.splice(at, 1);
  }

  /** Gives what has begun and takes what has ended by now. */
  settle(nowMs: number): void {
    if (this.timed.length === 0) return;
    for (const timed of this.timed) {
      if (!timed.isGiven && nowMs >= timed.fromMs) {
        this.give(timed.one, timed.isEligibility);
        timed.isGiven = true;
      }
      if (timed.isGiven && nowMs >= timed.untilMs) this.take(timed.one, timed.isEligibility);
    }
    const left = this.timed.filter(
      ({ isGiven, untilMs }) => !isGiven || (nowMs < untilMs && untilMs !== Infinity),
    );
    this.timed.splice(0, this.timed.length, ...left);
  }

  /** Forgets the times of an assignment. */
  untime(one: ScopedAssignment, isEligibility: boolean): void {
    const at = this.timed.findIndex(
      (timed) => timed.isEligibility === isEligibility && isSameAssignment(timed.one, one),
    );
    if (at >= 0) this.timed.splice(at, 1);
  }

  /** Makes the principal eligible for the role in the whole directory. @throws TypeError for an unknown role */
  makeEligible(principalId: string, idOrName: string): void {
    const roleId = String(this.activate(idOrName).values["roleTemplateId"]);
    this.eligible.push({ roleId, principalId: principalId.toLowerCase(), scope: "/" });
  }

  /** The template ids of the roles that the principal holds over the whole directory. */
  *templatesHeldBy(principalId: string): Iterable<string> {
    const { members } = this.#directory.relations;
    for (const holder of this.#holders(principalId.toLowerCase())) {
      for (const id of members.sources(holder)) {
        const entity = this.#directory.get(id);
        if (entity?.kind === "directoryRole") yield String(entity.values["roleTemplateId"]);
      }
    }
  }

  /**
   * The names of the roles that the principal holds, the ids of the tenant's own ones; of those within a
   * unit or over one object only the ones that cover `target`, if it is given.
   */
  heldBy(principalId: string, target?: Entity): ReadonlySet<string> {
    const names = new Set<string>();
    const add = (roleId: string): unknown => names.add(builtInRole(roleId)?.displayName ?? roleId);
    for (const roleId of this.templatesHeldBy(principalId)) add(roleId);
    const holders = this.#holders(principalId.toLowerCase());
    for (const { roleId, principalId: holder, scope } of this.scoped) {
      if (!holders.includes(holder)) continue;
      if (target === undefined || scope === "/" || this.#covers(scope, target)) add(roleId);
    }
    return names;
  }

  /** Whether one of the roles, as `heldBy` names them, allows the action: `users/basic/update`. */
  allow(held: ReadonlySet<string>, action: string): boolean {
    return [...held].some(
      (role) => covers(actionsOfRole(role), action) || covers(this.#ownActions(role), action),
    );
  }

  /** A role of the tenant's own allows nothing while it is disabled (resources/unifiedroledefinition). */
  #ownActions(id: string): ReadonlySet<string> {
    const role = this.custom.get(id);
    if (role?.["isEnabled"] !== true) return new Set();
    const permissions = role["rolePermissions"] as readonly {
      readonly allowedResourceActions: readonly string[];
    }[];
    const actions = permissions.flatMap((one) => one.allowedResourceActions);
    return new Set(actions.map((action) => action.replace("microsoft.directory/", "")));
  }

  /** The principal, and the role-assignable groups that it is a direct member of (groups-concept: no nesting). */
  #holders(id: string): readonly string[] {
    const groups = [...this.#directory.relations.members.sources(id)].filter((holder) => {
      const entity = this.#directory.get(holder);
      return entity?.state === "live" && entity.values["isAssignableToRole"] === true;
    });
    return [id, ...groups];
  }

  #covers(scope: string, target: Entity): boolean {
    const id = scope.slice(scope.lastIndexOf("/") + 1);
    return id === target.id || this.#directory.relations.members.has(id, target.id);
  }
}
