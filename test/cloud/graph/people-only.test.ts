import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  idsIn,
  newGroup,
  newUser,
  reference,
  userBody,
  UNIFIED,
} from "./testing/people.ts";
import { ACTING, assertDenied, personsOf, USER_ADMINISTRATOR } from "./testing/persons.ts";

describe("what people only do", () => {
  const graph = graphFixture();
  const { send } = graph;
  const { as, holder } = personsOf(graph);

  it("owners say who may send mail to their group, one list or the other; members subscribe [group-post-acceptedsenders, group-post-rejectedsenders, group-delete-acceptedsenders, group-subscribebymail, group-get]", async () => {
    const [owner, friend] = [await newUser(graph, "owner"), await newUser(graph, "friend")];
    const group = `/groups/${await newGroup(graph, "mail", UNIFIED)}`;
    await send("POST", `${group}/owners/$ref`, reference(owner));
    const body = reference(friend, "users");
    assertDenied(await as(friend, "POST", `${group}/acceptedSenders/$ref`, body));
    assert.equal((await as(owner, "POST", `${group}/acceptedSenders/$ref`, body)).status, 204);
    assert.equal((await as(owner, "POST", `${group}/rejectedSenders/$ref`, body)).status, 400);
    assert.deepEqual(idsIn(await as(owner, "GET", `${group}/acceptedSenders`)), [friend]);
    const gone = `${group}/acceptedSenders/$ref?$id=${body["@odata.id"]}`;
    assert.equal((await as(owner, "DELETE", gone)).status, 204);
    assert.equal((await as(friend, "POST", `${group}/subscribeByMail`)).status, 200);
    const told = await send("GET", `${group}?$select=isSubscribedByMail,allowExternalSenders`);
    assert.equal(told.body["isSubscribedByMail"], true);
    const changed = await as(owner, "PATCH", group, { allowExternalSenders: true });
    assert.equal(changed.status, 200, changed.text);
  });

  it("people change their own password and photo, and nobody else's [user-changepassword, profilephoto-update]", async () => {
    const ann = await newUser(graph, "ann");
    const bob = await newUser(graph, "bob");
    const body = {
      currentPassword: userBody("x").passwordProfile.password,
      newPassword: "New-Horse-10",
    };
    const scopes = ["User.ReadWrite"];
    assertDenied(await as(bob, "POST", `/users/${ann}/changePassword`, body, scopes));
    const wrong = { ...body, currentPassword: "Wrong-Horse-1" };
    const refused = await as(ann, "POST", "/me/changePassword", wrong, scopes);
    assertRefused(refused, 400, "Request_BadRequest");
    assert.equal((await as(ann, "POST", "/me/changePassword", body, scopes)).status, 204);
    assert.equal(graph.app.control("passwords", { tenant: TENANT })[ann], "New-Horse-10");
    const extension = { extensionName: "com.contoso.mine", theme: "dark" };
    assert.equal((await as(ann, "POST", "/me/extensions", extension, scopes)).status, 201);
    assertDenied(await as(bob, "POST", `/users/${ann}/extensions`, extension, scopes));
    assert.equal((await as(ann, "GET", "/me/photo", undefined, ["User.Read"])).status, 200);
  });

  it("people make devices and say who has them; applications do not [device-post-devices, device-post-registeredowners, device-delete-registeredusers]", async () => {
    const admin = await holder("Intune Administrator");
    const ann = await newUser(graph, "dora");
    const body = {
      accountEnabled: false,
      alternativeSecurityIds: [{ type: 2, key: "base64Y3YxN2E1MWFlYw==" }],
      deviceId: "4c299165-6e8f-4b45-a5ba-c5d250a707ff",
      displayName: "Test device",
      operatingSystem: "linux",
      operatingSystemVersion: "1",
    };
    assertDenied(await send("POST", "/devices", body));
    const make = (person: string, device: unknown) =>
      as(person, "POST", "/devices", device, ACTING);
    assertDenied(await make(ann, body));
    assert.equal((await make(admin, { displayName: "d" })).status, 400);
    const made = await make(admin, body);
    assert.equal(made.status, 201, made.text);
    assert.equal((await make(admin, body)).status, 400);
    const url = `/devices/${String(made.body["id"])}/registeredUsers`;
    assertDenied(await send("POST", `${url}/$ref`, reference(ann)));
    const add = () => as(admin, "POST", `${url}/$ref`, reference(ann), ACTING);
    assert.equal((await add()).status, 204);
    assert.equal((await add()).status, 400);
    assert.deepEqual(idsIn(await send("GET", url)), [ann]);
    const gone = await as(admin, "DELETE", `${url}/${ann}/$ref`, undefined, ACTING);
    assert.equal(gone.status, 204, gone.text);
  });

  it("a person activates a role that they are eligible for, and gives it back [rbacapplication-post-roleassignmentschedulerequests, selfActivate]", async () => {
    const [ann, bob] = [await newUser(graph, "pim"), await newUser(graph, "other")];
    const url = "/roleManagement/directory/roleAssignmentScheduleRequests";
    const body = {
      action: "selfActivate",
      principalId: ann,
      roleDefinitionId: USER_ADMINISTRATOR,
      directoryScopeId: "/",
      justification: "Needed today",
    };
    const scopes = ["RoleAssignmentSchedule.ReadWrite.Directory"];
    const early = await as(ann, "POST", url, body, scopes);
    assertRefused(early, 400, "RoleAssignmentDoesNotExist");
    graph.app.control("addEligible", {
      tenant: TENANT,
      principal: ann,
      role: "User Administrator",
    });
    assertDenied(await as(bob, "POST", url, body, scopes));
    assertDenied(await as(ann, "POST", url, { ...body, action: "adminAssign" }, scopes));
    assert.equal((await as(ann, "POST", url, body, scopes)).status, 201);
    const mine = `/roleManagement/directory/roleAssignments?$filter=principalId eq '${ann}'`;
    assert.equal(idsIn(await send("GET", mine)).length, 1);
    const back = await as(ann, "POST", url, { ...body, action: "selfDeactivate" }, scopes);
    assert.equal(back.status, 201, back.text);
    assert.deepEqual(idsIn(await send("GET", mine)), []);
  });

  it("an owner confirms the publisher of an application [application-setverifiedpublisher, application-unsetverifiedpublisher]", async () => {
    const ann = await newUser(graph, "publisher");
    const { body } = await send("POST", "/applications", { displayName: "app" });
    const url = `/applications/${String(body["id"])}`;
    await send("POST", `${url}/owners/$ref`, reference(ann));
    const publisher = { verifiedPublisherId: "1234567" };
    assert.equal((await as(ann, "POST", `${url}/setVerifiedPublisher`, publisher)).status, 204);
    const shown: unknown = (await send("GET", url)).body["verifiedPublisher"];
    assert.equal((shown as { verifiedPublisherId?: string }).verifiedPublisherId, "1234567");
    assert.equal((await as(ann, "POST", `${url}/unsetVerifiedPublisher`)).status, 204);
    assert.deepEqual((await send("GET", url)).body["verifiedPublisher"], {
      displayName: null,
      verifiedPublisherId: null,
      addedDateTime: null,
    });
  });
});
