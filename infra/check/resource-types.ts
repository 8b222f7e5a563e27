import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ownTypes } from "./own-types.ts";

interface Ref {
  readonly $ref: string;
}

interface PropertyType {
  readonly type: Ref;
  /** 1 required, 2 read-only, 4 write-only, 8 known at the start, 16 identifier. */
  readonly flags: number;
}

/** A type as Azure/bicep-types writes it (index.json, types.json). */
export type ResourceType =
  | { readonly $type: "AnyType" | "BooleanType" }
  | {
      readonly $type: "StringType";
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly pattern?: string;
    }
  | { readonly $type: "IntegerType"; readonly minValue?: number; readonly maxValue?: number }
  | { readonly $type: "StringLiteralType"; readonly value: string }
  | { readonly $type: "UnionType"; readonly elements: readonly Ref[] }
  | {
      readonly $type: "ArrayType";
      readonly itemType: Ref;
      readonly minLength?: number;
      readonly maxLength?: number;
    }
  | {
      readonly $type: "ObjectType";
      readonly name: string;
      readonly properties: Readonly<Record<string, PropertyType>>;
      readonly additionalProperties?: Ref;
    }
  | {
      readonly $type: "DiscriminatedObjectType";
      readonly name: string;
      readonly discriminator: string;
      readonly baseProperties: Readonly<Record<string, PropertyType>>;
      readonly elements: Readonly<Record<string, Ref>>;
    };

/** The official property types of the resources used here. */
export interface ResourceTypes {
  /** The type of `Microsoft.Storage/storageAccounts@2025-08-01`; undefined if it is not there. */
  readonly of: (typeAndVersion: string) => ResourceType | undefined;
  readonly resolve: (ref: Ref) => ResourceType;
}

const own: Readonly<Record<string, ResourceType>> = ownTypes;

interface TypesFile {
  readonly resources: Readonly<Record<string, string>>;
  readonly types: readonly ResourceType[];
}

/**
 * Reads `bicep-types.json` of the data folder beside the repository (../shared/data), which is not
 * part of it, with the types that it lacks (own-types.ts); undefined if the file is not there.
 */
export function readResourceTypes(root: string): ResourceTypes | undefined {
  const path = join(root, "../shared/data/bicep-types.json");
  if (!existsSync(path)) return undefined;
  const file: TypesFile = JSON.parse(readFileSync(path, "utf8"));
  const resolve = ({ $ref }: Ref): ResourceType => {
    const found = own[$ref] ?? file.types[Number($ref.slice("#/".length))];
    if (found === undefined) throw new TypeError(`The data has no type ${$ref}.`);
    return found;
  };
  return {
    resolve,
    of: (typeAndVersion) => {
      const $ref = Object.hasOwn(file.resources, typeAndVersion)
        ? file.resources[typeAndVersion]
        : undefined;
      return $ref === undefined ? own[typeAndVersion] : resolve({ $ref });
    },
  };
}

export const isRequired = ({ flags }: PropertyType): boolean => (flags & 1) !== 0;
export const isReadOnly = ({ flags }: PropertyType): boolean => (flags & 2) !== 0;
