import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type GraphRequest, memberRefUrl, userUrl } from "../../shared/core/graph-request.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { assertSendable } from "../../shared/graph/assert-sendable.ts";

const id = toObjectId("22222222-2222-4222-8222-222222222222");
/** As if the types had been argued away. */
const request = (method: string, url: string) => ({ method, url }) as GraphRequest;

const objectsAtRisk = [
  `/groups/${id}/members/${id}`,
  `/groups/${id}/members/${id}/`,
  `/groups/${id}/members/${id}?$ref`,
  `/groups/${id}/members/${id}?x=/$ref`,
  `/Groups/${id}/Members/${id}`,
  `/groups('${id}')/members('${id}')`,
  `/groups/${id}/%6Dembers/${id}`,
  `/groups/${id}/%256Dembers/${id}`,
  `/groups/${id}%2Fmembers%2F${id}`,
  `/groups/${id}/members/${id}/microsoft.graph.user`,
  `/groups/${id}/owners/${id}`,
  `/users/${id}/manager`,
  `/directory/administrativeUnits/${id}/members/${id}`,
];

const notRelative = [
  "https://graph.microsoft.com/v1.0/users",
  "//evil.example/users",
  "users",
  "",
  "/users/../applications",
  "/users/%2e%2e/applications",
  "/users/%252e%252e/applications",
  "/users/.",
  "/users\\..\\applications",
  "/users#fragment",
  "/users/a b",
  "/users/a\nb",
  "/users/a\u0000",
  "/users/%E0%A4%A",
];

const fine = [
  request("DELETE", userUrl(id)),
  request("DELETE", memberRefUrl(id, id)),
  request("DELETE", `/groups/${id}`),
  request("DELETE", `/users/${id}/manager/$ref`),
  request("DELETE", `/directory/deletedItems/${id}`),
  request("GET", `/groups/${id}/members/${id}`),
  request("GET", "/users/ann%23EXT%23@contoso.com?$select=id"),
  request("GET", "/groups?$filter=displayName%20eq%20'50%25%20off'"),
  request("POST", `/groups/${id}/members/$ref`),
];

describe("the last check before a request is sent", () => {
  for (const url of objectsAtRisk) {
    it(`refuses to DELETE ${url}`, () => {
      assert.throws(() => assertSendable(request("DELETE", url)), /TypeError.*\/\$ref/);
    });
  }
  for (const url of notRelative) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      assert.throws(() => assertSendable(request("GET", url)), TypeError);
    });
  }
  for (const each of fine) {
    it(`lets ${each.method} ${each.url} pass`, () => assertSendable(each));
  }

  it("does not print the URL, which may name a person", () => {
    assert.throws(
      () => assertSendable(request("GET", "/users/ann@contoso.com/../x")),
      ({ message }: Error) => !message.includes("contoso"),
    );
  });
});
