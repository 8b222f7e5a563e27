import type { Directory } from "../store/directory.ts";
import type { Entity } from "../store/entity.ts";
import { guidOf } from "../store/ids.ts";
import { builtInRole, BUILT_IN_ROLES } from "./built-in-roles.ts";

/** An assignment to part of the directory; those to the whole of it are members of the role's object. */
export interface ScopedAssignment {
  readonly roleId: string;
  readonly principalId: string;
  /** `/administrativeUnits/<id>` or `/<object id>`. */
  readonly scope: string;
}

/** The directory roles of one tenant: an object for each that was activated, with its holders as members. */
export class DirectoryRoles {
  readonly scoped: ScopedAssignment[] = [];
  /** Who may activate a role (Privileged Identity Management). */
  readonly eligible: ScopedAssignment[] = [];
  readonly #directory: Directory;
  readonly #seed: number;

  constructor(directory: Directory, seed: number) {
    this.#directory = directory;
    this.#seed = seed ^ 0x401e;
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

  /** Makes the principal eligible for the role in the whole directory. @throws TypeError for an unknown role */
  makeEligible(principalId: string, idOrName: string): void {
    const roleId = String(this.activate(idOrName).values["roleTemplateId"]);
    this.eligible.push({ roleId, principalId: principalId.toLowerCase(), scope: "/" });
  }

  /** The template ids of the roles that the principal holds over the whole directory. */
  *templatesHeldBy(principalId: string): Iterable<string> {
    for (const holder of this.#directory.relations.members.sources(principalId.toLowerCase())) {
      const entity = this.#directory.get(holder);
      if (entity?.kind === "directoryRole") yield String(entity.values["roleTemplateId"]);
    }
  }

  /** The names of the roles that the principal holds itself; scoped ones too, if `target` is in their unit. */
  heldBy(principalId: string, target?: Entity): ReadonlySet<string> {
    const id = principalId.toLowerCase();
    const names = new Set<string>();
    for (const holder of this.#directory.relations.members.sources(id)) {
      const entity = this.#directory.get(holder);
      if (entity?.kind === "directoryRole") names.add(String(entity.values["displayName"]));
    }
    for (const { roleId, principalId: holder, scope } of this.scoped) {
      if (holder !== id || (target !== undefined && !this.#covers(scope, target))) continue;
      // A role of the tenant's own allows nothing here, and its holder is an administrator all the same.
      const name = builtInRole(roleId)?.displayName ?? (target ? undefined : roleId);
      if (name !== undefined) names.add(name);
    }
    return names;
  }

  #covers(scope: string, target: Entity): boolean {
    const id = scope.slice(scope.lastIndexOf("/") + 1);
    return id === target.id || this.#directory.relations.members.has(id, target.id);
  }
}
