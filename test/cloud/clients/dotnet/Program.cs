// What the Graph SDK for .NET does with users, groups, members, pages, delta, licenses, guests, deleted
// objects, applications, errors and retries. dotnet.sh runs it.
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Azure.Identity;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using static Checks;

var ready = JsonDocument.Parse(File.ReadAllText(Environment.GetEnvironmentVariable("READY")!)).RootElement;
string Fact(string name) => ready.GetProperty(name).GetString()!;
string[] scopes = ["https://graph.microsoft.com/.default"];
GraphServiceClient ClientOf(string id, string secret) => new(new ClientSecretCredential(Fact("tenantId"), id, secret), scopes);
var graph = ClientOf(Fact("clientId"), Fact("clientSecret"));
using var control = new HttpClient { BaseAddress = new Uri(Fact("control")) };
Task Command(string name, object body) => control.PostAsJsonAsync($"/{name}", body);
string Object(string id) => $"https://graph.microsoft.com/v1.0/directoryObjects/{id}";
User Person(string name) => new()
{
    AccountEnabled = true,
    DisplayName = name,
    MailNickname = name,
    UserPrincipalName = $"{name}@{Fact("domain")}",
    PasswordProfile = new PasswordProfile { Password = "Correct-Horse-1", ForceChangePasswordNextSignIn = true },
};
Group Security(string name) => new() { DisplayName = name, MailNickname = name, MailEnabled = false, SecurityEnabled = true };
var ids = new List<string>();

// Signing in.

await Check("a certificate signs in", async () =>
{
    var pem = File.ReadAllText(Fact("certificateFile"));
    using var read = X509Certificate2.CreateFromPem(pem, pem);
    var by = new GraphServiceClient(new ClientCertificateCredential(Fact("tenantId"), Fact("clientId"), read), scopes);
    Equal("Contoso", (await by.Organization.GetAsync())!.Value!.Single().DisplayName![..7]);
});
await Check("a wrong secret is refused in Entra's words", async () =>
{
    try { await ClientOf(Fact("clientId"), "wrong").Users.GetAsync(); }
    catch (AuthenticationFailedException error) { True(error.ToString().Contains("AADSTS7000215"), error.ToString()); return; }
    throw new Exception("not refused");
});
await Check("an unknown application is refused in Entra's words", async () =>
{
    try { await ClientOf("11111111-1111-4111-8111-111111111111", "x").Users.GetAsync(); }
    catch (AuthenticationFailedException error) { True(error.ToString().Contains("AADSTS700016"), error.ToString()); return; }
    throw new Exception("not refused");
});

// Reading users.

await Check("a page has the size asked for, and a link to the next", async () =>
{
    var page = await graph.Users.GetAsync(c => { c.QueryParameters.Top = 50; c.QueryParameters.Select = ["id", "displayName"]; });
    Equal(50, page!.Value!.Count);
    True(page.OdataNextLink!.Contains("$skiptoken="));
    True(page.Value[0].UserPrincipalName is null, "not selected");
});
await Check("PageIterator sees everyone", async () =>
{
    var page = await graph.Users.GetAsync(c => { c.QueryParameters.Top = 50; c.QueryParameters.Select = ["id"]; });
    var iterator = PageIterator<User, UserCollectionResponse>.CreatePageIterator(graph, page!, user => { ids.Add(user.Id!); return true; });
    await iterator.IterateAsync();
    Equal(PagingState.Complete, iterator.State);
    Equal(230, ids.Distinct().Count());
});
await Check("PageIterator pauses and resumes", async () =>
{
    var seen = 0;
    var page = await graph.Users.GetAsync(c => c.QueryParameters.Top = 20);
    var iterator = PageIterator<User, UserCollectionResponse>.CreatePageIterator(graph, page!, _ => ++seen % 30 != 0);
    await iterator.IterateAsync();
    Equal((PagingState.Paused, 30), (iterator.State, seen));
    await iterator.ResumeAsync();
    Equal(60, seen);
});
await Check("$count by path, with ConsistencyLevel", async () =>
    Equal(230, await graph.Users.Count.GetAsync(c => c.Headers.Add("ConsistencyLevel", "eventual"))));
await Check("$count in a list", async () =>
{
    var page = await graph.Users.GetAsync(c => { c.QueryParameters.Count = true; c.QueryParameters.Top = 1; c.Headers.Add("ConsistencyLevel", "eventual"); });
    Equal(230, page!.OdataCount);
});
await Check("an advanced filter, sorted", async () =>
{
    var page = await graph.Users.GetAsync(c =>
    {
        c.QueryParameters.Filter = "endswith(mail,'@contoso.com')";
        c.QueryParameters.Orderby = ["displayName"];
        c.QueryParameters.Count = true;
        c.Headers.Add("ConsistencyLevel", "eventual");
    });
    var names = page!.Value!.Select(user => user.DisplayName!).ToList();
    True(names.SequenceEqual(names.Order(StringComparer.OrdinalIgnoreCase)), "not sorted");
});
await Check("an advanced filter without ConsistencyLevel is refused", () =>
    Refused(400, "Request_UnsupportedQuery", () => graph.Users.GetAsync(c => c.QueryParameters.Filter = "endswith(mail,'@contoso.com')")));
await Check("a search", async () =>
{
    var word = (await graph.Users[ids[0]].GetAsync())!.DisplayName!.Split(' ')[0];
    var page = await graph.Users.GetAsync(c => { c.QueryParameters.Search = $"\"displayName:{word}\""; c.Headers.Add("ConsistencyLevel", "eventual"); });
    True(page!.Value!.Count > 0);
});
await Check("a search without ConsistencyLevel is refused", () =>
    Refused(400, "Request_UnsupportedQuery", () => graph.Users.GetAsync(c => c.QueryParameters.Search = "\"displayName:a\"")));
await Check("a filter that is none is refused", () =>
    Refused(400, "BadRequest", () => graph.Users.GetAsync(c => c.QueryParameters.Filter = "displayName is 'x'")));
await Check("an unknown user is not found", async () =>
    True((await Refused(404, "Request_ResourceNotFound", () => graph.Users["nobody@contoso.com"].GetAsync())).Contains("does not exist")));
await Check("an error has Graph's request id and date", async () =>
{
    try { await graph.Users["nobody@contoso.com"].GetAsync(); }
    catch (ODataError error) { True(Guid.TryParse(error.Error!.InnerError!.RequestId, out _) && error.Error.InnerError.Date is not null); return; }
    throw new Exception("not refused");
});

// Writing users.

var ann = new User();
await Check("a user is created", async () => { ann = (await graph.Users.PostAsync(Person("dotnet-ann")))!; True(Guid.TryParse(ann.Id, out _)); });
await Check("a taken name is refused", async () =>
    True((await Refused(400, "Request_BadRequest", () => graph.Users.PostAsync(Person("dotnet-ann")))).Contains("already exists")));
await Check("a missing property is refused", () =>
    Refused(400, "Request_BadRequest", () => graph.Users.PostAsync(new User { DisplayName = "x" })));
await Check("a user is changed, with a list and an extension attribute", async () =>
{
    await graph.Users[ann.Id].PatchAsync(new User
    {
        JobTitle = "Tester",
        BusinessPhones = ["1"],
        OnPremisesExtensionAttributes = new OnPremisesExtensionAttributes { ExtensionAttribute1 = "one" },
    });
    var read = await graph.Users[ann.Id].GetAsync(c => c.QueryParameters.Select = ["jobTitle", "businessPhones", "onPremisesExtensionAttributes"]);
    Equal(("Tester", "1", "one"), (read!.JobTitle, read.BusinessPhones!.Single(), read.OnPremisesExtensionAttributes!.ExtensionAttribute1));
});
await Check("a value is cleared by null", async () =>
{
    await graph.Users[ann.Id].PatchAsync(new User { AdditionalData = new Dictionary<string, object> { ["jobTitle"] = null! } });
    Equal(null, (await graph.Users[ann.Id].GetAsync(c => c.QueryParameters.Select = ["jobTitle"]))!.JobTitle);
});
await Check("a read-only property is refused", () =>
    Refused(400, "Request_BadRequest", () => graph.Users[ann.Id].PatchAsync(new User { CreatedDateTime = DateTimeOffset.UtcNow })));
await Check("a manager is set, read, expanded, removed", async () =>
{
    await graph.Users[ann.Id].Manager.Ref.PutAsync(new ReferenceUpdate { OdataId = Object(ids[0]) });
    True(await graph.Users[ann.Id].Manager.GetAsync() is User manager && manager.Id == ids[0]);
    var expanded = await graph.Users[ann.Id].GetAsync(c => c.QueryParameters.Expand = ["manager"]);
    Equal(ids[0], expanded!.Manager!.Id);
    True((await graph.Users[ids[0]].DirectReports.GetAsync())!.Value!.Any(one => one.Id == ann.Id));
    await graph.Users[ann.Id].Manager.Ref.DeleteAsync();
    await Refused(404, "Request_ResourceNotFound", () => graph.Users[ann.Id].Manager.GetAsync());
});
await Check("sessions are revoked", async () =>
    Equal(true, (await graph.Users[ann.Id].RevokeSignInSessions.PostAsRevokeSignInSessionsPostResponseAsync())!.Value));

// Groups and members.

var team = new Group();
await Check("a group is created with members and owners bound", async () =>
{
    var asked = Security("dotnet-team");
    asked.AdditionalData = new Dictionary<string, object>
    {
        ["members@odata.bind"] = ids.Take(3).Select(Object).ToList(),
        ["owners@odata.bind"] = new List<string> { Object(ids[0]) },
    };
    team = (await graph.Groups.PostAsync(asked))!;
    Equal(3, (await graph.Groups[team.Id].Members.GetAsync())!.Value!.Count);
    Equal(ids[0], (await graph.Groups[team.Id].Owners.GetAsync())!.Value!.Single().Id);
});
await Check("a Microsoft 365 group is created", async () =>
{
    var made = await graph.Groups.PostAsync(new Group { DisplayName = "m", MailNickname = "dotnet-m365", MailEnabled = true, SecurityEnabled = false, GroupTypes = ["Unified"] });
    Equal("Unified", made!.GroupTypes!.Single());
});
await Check("twenty members in one PATCH", async () =>
{
    await graph.Groups[team.Id].PatchAsync(new Group { AdditionalData = new Dictionary<string, object> { ["members@odata.bind"] = ids.Skip(3).Take(20).Select(Object).ToList() } });
    Equal(23, await graph.Groups[team.Id].Members.Count.GetAsync(c => c.Headers.Add("ConsistencyLevel", "eventual")));
});
await Check("twenty-one members in one PATCH are refused", () =>
    Refused(400, "Request_BadRequest", () => graph.Groups[team.Id].PatchAsync(new Group { AdditionalData = new Dictionary<string, object> { ["members@odata.bind"] = ids.Skip(30).Take(21).Select(Object).ToList() } })));
await Check("a member is added by reference", () => graph.Groups[team.Id].Members.Ref.PostAsync(new ReferenceCreate { OdataId = Object(ann.Id!) }));
await Check("a member is not added twice", async () =>
    True((await Refused(400, "Request_BadRequest", () => graph.Groups[team.Id].Members.Ref.PostAsync(new ReferenceCreate { OdataId = Object(ann.Id!) }))).Contains("already exist")));
await Check("an object that does not exist is not added", () =>
    Refused(404, "Request_ResourceNotFound", () => graph.Groups[team.Id].Members.Ref.PostAsync(new ReferenceCreate { OdataId = Object(Guid.NewGuid().ToString()) })));
await Check("members are read as users, over pages", async () =>
{
    var found = new List<User>();
    var page = await graph.Groups[team.Id].Members.GraphUser.GetAsync(c => c.QueryParameters.Top = 10);
    await PageIterator<User, UserCollectionResponse>.CreatePageIterator(graph, page!, user => { found.Add(user); return true; }).IterateAsync();
    Equal(24, found.Count);
    True(found.All(user => user.UserPrincipalName is not null));
});
await Check("a user's groups, as groups and transitively", async () =>
{
    True((await graph.Users[ann.Id].MemberOf.GetAsync())!.Value!.OfType<Group>().Any(one => one.Id == team.Id));
    True((await graph.Users[ann.Id].MemberOf.GraphGroup.GetAsync())!.Value!.Any(one => one.Id == team.Id));
    True((await graph.Users[ann.Id].TransitiveMemberOf.GetAsync())!.Value!.Any(one => one.Id == team.Id));
});
await Check("checkMemberGroups, getMemberGroups, getMemberObjects", async () =>
{
    var check = await graph.Users[ann.Id].CheckMemberGroups.PostAsCheckMemberGroupsPostResponseAsync(new() { GroupIds = [team.Id!] });
    Equal(team.Id, check!.Value!.Single());
    var got = await graph.Users[ann.Id].GetMemberGroups.PostAsGetMemberGroupsPostResponseAsync(new() { SecurityEnabledOnly = true });
    True(got!.Value!.Contains(team.Id!));
    var objects = await graph.Users[ann.Id].GetMemberObjects.PostAsGetMemberObjectsPostResponseAsync(new() { SecurityEnabledOnly = false });
    True(objects!.Value!.Contains(team.Id!));
});
await Check("a member is removed, and not twice", async () =>
{
    await graph.Groups[team.Id].Members[ann.Id].Ref.DeleteAsync();
    await Refused(404, "Request_ResourceNotFound", () => graph.Groups[team.Id].Members[ann.Id].Ref.DeleteAsync());
});
await Check("a group in a group, found transitively", async () =>
{
    var outer = (await graph.Groups.PostAsync(Security("dotnet-outer")))!;
    await graph.Groups[outer.Id].Members.Ref.PostAsync(new ReferenceCreate { OdataId = Object(team.Id!) });
    Equal(24, (await graph.Groups[outer.Id].TransitiveMembers.GetAsync())!.Value!.Count);
});
await Check("an owner is added, listed and removed", async () =>
{
    await graph.Groups[team.Id].Owners.Ref.PostAsync(new ReferenceCreate { OdataId = Object(ann.Id!) });
    Equal(2, (await graph.Groups[team.Id].Owners.GetAsync())!.Value!.Count);
    await graph.Groups[team.Id].Owners[ann.Id].Ref.DeleteAsync();
});
await Check("a group is changed and found by a filter", async () =>
{
    await graph.Groups[team.Id].PatchAsync(new Group { Description = "changed" });
    var found = await graph.Groups.GetAsync(c => c.QueryParameters.Filter = "displayName eq 'dotnet-team'");
    Equal("changed", found!.Value!.Single().Description);
});

// Batches.

await Check("a batch of steps, typed answers and an error in one", async () =>
{
    var batch = new BatchRequestContentCollection(graph);
    var user = await batch.AddBatchRequestStepAsync(graph.Users[ann.Id].ToGetRequestInformation());
    var none = await batch.AddBatchRequestStepAsync(graph.Users["nobody@contoso.com"].ToGetRequestInformation());
    var answers = await graph.Batch.PostAsync(batch);
    Equal(ann.Id, (await answers.GetResponseByIdAsync<User>(user)).Id);
    Equal(HttpStatusCode.NotFound, (await answers.GetResponsesStatusCodesAsync())[none]);
    try { await answers.GetResponseByIdAsync<User>(none); }
    catch (ServiceException error) { Equal(404, error.ResponseStatusCode); return; }
    throw new Exception("not refused");
});
await Check("fifty members by batches of the collection, over the limit of twenty", async () =>
{
    var crowd = (await graph.Groups.PostAsync(Security("dotnet-crowd")))!;
    var batch = new BatchRequestContentCollection(graph);
    foreach (var id in ids.Take(50))
        await batch.AddBatchRequestStepAsync(graph.Groups[crowd.Id].Members.Ref.ToPostRequestInformation(new ReferenceCreate { OdataId = Object(id) }));
    var answers = await graph.Batch.PostAsync(batch);
    var statuses = await answers.GetResponsesStatusCodesAsync();
    var again = batch.NewBatchWithFailedRequests(statuses);
    if (again.BatchRequestSteps.Count > 0) await graph.Batch.PostAsync(again);
    Equal(50, await graph.Groups[crowd.Id].Members.Count.GetAsync(c => c.Headers.Add("ConsistencyLevel", "eventual")));
});
await Check("steps that depend on each other", async () =>
{
    var batch = new BatchRequestContentCollection(graph);
    var first = await batch.AddBatchRequestStepAsync(graph.Users["nobody@contoso.com"].ToGetRequestInformation());
    var second = new BatchRequestStep("second", new HttpRequestMessage(HttpMethod.Get, "https://graph.microsoft.com/v1.0/users?$top=1"), [first]);
    batch.AddBatchRequestStep(second);
    Equal(HttpStatusCode.FailedDependency, (await (await graph.Batch.PostAsync(batch)).GetResponsesStatusCodesAsync())["second"]);
});

// Delta.

string? deltaLink = null;
await Check("delta: everyone, then nobody, then who was changed", async () =>
{
    var seen = 0;
    var page = await graph.Users.Delta.GetAsDeltaGetResponseAsync(c => c.QueryParameters.Select = ["displayName", "department"]);
    while (true)
    {
        seen += page!.Value!.Count;
        if (page.OdataNextLink is null) break;
        page = await graph.Users.Delta.WithUrl(page.OdataNextLink).GetAsDeltaGetResponseAsync();
    }
    Equal(231, seen);
    var nobody = await graph.Users.Delta.WithUrl(page.OdataDeltaLink!).GetAsDeltaGetResponseAsync();
    Equal(0, nobody!.Value!.Count);
    await graph.Users[ann.Id].PatchAsync(new User { Department = "Delta" });
    var changed = await graph.Users.Delta.WithUrl(nobody.OdataDeltaLink!).GetAsDeltaGetResponseAsync();
    Equal((ann.Id, "Delta"), (changed!.Value!.Single().Id, changed.Value!.Single().Department));
    deltaLink = changed.OdataDeltaLink;
});
await Check("delta of groups shows members", async () =>
{
    var page = await graph.Groups.Delta.GetAsDeltaGetResponseAsync();
    True(page!.Value!.Any(group => group.AdditionalData.ContainsKey("members@delta")), "no members@delta");
});

// Licenses.

await Check("a license needs a usage location", async () =>
{
    var sku = (await graph.SubscribedSkus.GetAsync())!.Value![0];
    Task Assign() => graph.Users[ann.Id].AssignLicense.PostAsync(new() { AddLicenses = [new() { SkuId = sku.SkuId, DisabledPlans = [] }], RemoveLicenses = [] });
    True((await Refused(400, "Request_BadRequest", Assign)).Contains("usage location"));
    await graph.Users[ann.Id].PatchAsync(new User { UsageLocation = "CH" });
    await Assign();
    Equal(sku.SkuId, (await graph.Users[ann.Id].LicenseDetails.GetAsync())!.Value!.Single().SkuId);
});
await Check("a license is taken away, and seats are counted", async () =>
{
    var sku = (await graph.SubscribedSkus.GetAsync())!.Value![0];
    True(sku.ConsumedUnits > 0 && sku.PrepaidUnits!.Enabled > 0);
    var user = await graph.Users[ann.Id].AssignLicense.PostAsync(new() { AddLicenses = [], RemoveLicenses = [sku.SkuId] });
    Equal(0, user!.AssignedLicenses!.Count);
});
await Check("a license that the tenant does not have is refused", () =>
    Refused(400, "Request_BadRequest", () => graph.Users[ann.Id].AssignLicense.PostAsync(new() { AddLicenses = [new() { SkuId = Guid.NewGuid(), DisabledPlans = [] }], RemoveLicenses = [] })));

// Guests.

await Check("a guest is invited, and found as one", async () =>
{
    var invited = await graph.Invitations.PostAsync(new Invitation { InvitedUserEmailAddress = "guest@fabrikam.com", InviteRedirectUrl = "https://myapps.microsoft.com" });
    Equal("PendingAcceptance", invited!.Status);
    var guest = await graph.Users[invited.InvitedUser!.Id].GetAsync(c => c.QueryParameters.Select = ["userType", "externalUserState"]);
    Equal(("Guest", "PendingAcceptance"), (guest!.UserType, guest.ExternalUserState));
});
await Check("an invitation without an address is refused", () =>
    Refused(400, "Request_BadRequest", () => graph.Invitations.PostAsync(new Invitation { InviteRedirectUrl = "https://myapps.microsoft.com" })));

// Deleted objects.

await Check("a user is deleted, found among the deleted, restored", async () =>
{
    await graph.Users[ann.Id].DeleteAsync();
    await Refused(404, "Request_ResourceNotFound", () => graph.Users[ann.Id].GetAsync());
    True((await graph.Directory.DeletedItems.GraphUser.GetAsync())!.Value!.Any(user => user.Id == ann.Id));
    var gone = await graph.Users.Delta.WithUrl(deltaLink!).GetAsDeltaGetResponseAsync();
    True(gone!.Value!.Any(user => user.Id == ann.Id && user.AdditionalData.ContainsKey("@removed")), "delta does not say so");
    True(await graph.Directory.DeletedItems[ann.Id].Restore.PostAsync() is User restored && restored.Id == ann.Id);
});
await Check("a user is purged", async () =>
{
    await graph.Users[ann.Id].DeleteAsync();
    await graph.Directory.DeletedItems[ann.Id].DeleteAsync();
    await Refused(404, "Request_ResourceNotFound", () => graph.Directory.DeletedItems[ann.Id].GetAsync());
});

// Applications, roles, units.

var app = new Application();
var principal = new ServicePrincipal();
await Check("an application, its principal and a secret", async () =>
{
    app = (await graph.Applications.PostAsync(new Application { DisplayName = "dotnet-app" }))!;
    principal = (await graph.ServicePrincipals.PostAsync(new ServicePrincipal { AppId = app.AppId }))!;
    Equal(app.Id, (await graph.ApplicationsWithAppId(app.AppId).GetAsync())!.Id);
    Equal(principal.Id, (await graph.ServicePrincipalsWithAppId(app.AppId).GetAsync())!.Id);
});
await Check("a new application may do only what it is granted", async () =>
{
    var secret = (await graph.Applications[app.Id].AddPassword.PostAsync(new() { PasswordCredential = new() { DisplayName = "s" } }))!.SecretText!;
    await Refused(403, "Authorization_RequestDenied", () => ClientOf(app.AppId!, secret).Users.GetAsync());
    var resource = (await graph.ServicePrincipalsWithAppId("00000003-0000-0000-c000-000000000000").GetAsync())!;
    var role = resource.AppRoles!.Single(one => one.Value == "User.Read.All");
    await graph.ServicePrincipals[principal.Id].AppRoleAssignments.PostAsync(new AppRoleAssignment { PrincipalId = Guid.Parse(principal.Id!), ResourceId = Guid.Parse(resource.Id!), AppRoleId = role.Id });
    True((await ClientOf(app.AppId!, secret).Users.GetAsync())!.Value!.Count > 0);
});
await Check("an app role is defined and assigned to a user", async () =>
{
    var role = new AppRole { Id = Guid.NewGuid(), AllowedMemberTypes = ["User"], DisplayName = "Reader", Description = "reads", IsEnabled = true, Value = "Reader" };
    await graph.Applications[app.Id].PatchAsync(new Application { AppRoles = [role] });
    await graph.ServicePrincipals[principal.Id].AppRoleAssignedTo.PostAsync(new AppRoleAssignment { PrincipalId = Guid.Parse(ids[0]), ResourceId = Guid.Parse(principal.Id!), AppRoleId = role.Id });
    True((await graph.Users[ids[0]].AppRoleAssignments.GetAsync())!.Value!.Any(one => one.AppRoleId == role.Id));
});
await Check("an administrative unit with a member", async () =>
{
    var unit = (await graph.Directory.AdministrativeUnits.PostAsync(new AdministrativeUnit { DisplayName = "dotnet-unit" }))!;
    await graph.Directory.AdministrativeUnits[unit.Id].Members.Ref.PostAsync(new ReferenceCreate { OdataId = $"https://graph.microsoft.com/v1.0/users/{ids[0]}" });
    Equal(ids[0], (await graph.Directory.AdministrativeUnits[unit.Id].Members.GetAsync())!.Value!.Single().Id);
});
await Check("objects of several types by their ids", async () =>
{
    var found = await graph.DirectoryObjects.GetByIds.PostAsGetByIdsPostResponseAsync(new() { Ids = [ids[0], team.Id!], Types = ["user", "group"] });
    Equal((1, 1), (found!.Value!.OfType<User>().Count(), found.Value!.OfType<Group>().Count()));
});
await Check("directory roles and domains", async () =>
{
    True((await graph.DirectoryRoleTemplates.GetAsync())!.Value!.Count > 10);
    Equal(Fact("domain"), (await graph.Domains.GetAsync())!.Value!.Single(one => one.IsDefault == true).Id);
});

// Retries.

object Fault(int status, int times, string method = "GET") =>
    new object[] { "addFault", new { at = "request", method, path = "/users", times, fault = new { kind = "status", status, retryAfterSeconds = 1 } } };
await Check("a throttled read is sent again after Retry-After", async () =>
{
    await Command("graph", Fault(429, 2));
    var watch = System.Diagnostics.Stopwatch.StartNew();
    await graph.Users.GetAsync(c => c.QueryParameters.Top = 1);
    True(watch.Elapsed >= TimeSpan.FromSeconds(1.8), $"after {watch.Elapsed}");
});
foreach (var status in new[] { 503, 504 })
    await Check($"a {status} is sent again", async () =>
    {
        await Command("graph", Fault(status, 1));
        await graph.Users.GetAsync(c => c.QueryParameters.Top = 1);
    });
await Check("a throttled write is sent again, and done once", async () =>
{
    await Command("graph", Fault(429, 1, "POST"));
    var bo = await graph.Users.PostAsync(Person("dotnet-bo"));
    await graph.Users[bo!.Id].DeleteAsync();
});
await Check("a service that stays throttled ends in an error", async () =>
{
    await Command("graph", Fault(429, 4));
    try { await graph.Users.GetAsync(c => c.QueryParameters.Top = 1); }
    catch (ODataError error) { Equal(429, error.ResponseStatusCode); return; }
    catch (Exception error) when (error is ServiceException or AggregateException) { return; }
    throw new Exception("not refused");
});

return Finish();
