"""Microsoft Graph with MSAL for Python and requests, as Microsoft's samples use them; run by python.sh."""
import json
import os

import msal
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from python_checks import check, finish

with open(os.environ["READY"], encoding="utf8") as file:
    ready = json.load(file)
authority = f"https://login.microsoftonline.com/{ready['tenantId']}"
scopes = ["https://graph.microsoft.com/.default"]
root = "https://graph.microsoft.com/v1.0"
app = msal.ConfidentialClientApplication(ready["clientId"], ready["clientSecret"], authority)
session = requests.Session()
# Microsoft's advice: wait as long as Retry-After says, for 429 and 503, also of a PATCH.
session.mount("https://", HTTPAdapter(max_retries=Retry(8, status_forcelist=[429, 503], allowed_methods=None)))
session.headers["Authorization"] = "Bearer " + app.acquire_token_for_client(scopes)["access_token"]
state = {}


def call(method, path, body=None, status=(200, 201, 204), **headers):
    answer = session.request(method, path if path.startswith("https") else root + path, json=body, headers=headers)
    assert answer.status_code in (status if isinstance(status, tuple) else (status,)), (
        f"{answer.status_code} {answer.text}"
    )
    return answer.json() if answer.content else None


def refused(method, path, body, status, code, **headers):
    error = call(method, path, body, status, **headers)["error"]
    assert error["code"] == code and error["message"], error
    return error["message"]


def pages(path, **headers):
    while path:
        answer = call("GET", path, **headers)
        yield from answer["value"]
        path = answer.get("@odata.nextLink")
        state["delta"] = answer.get("@odata.deltaLink", state.get("delta"))


@check("MSAL: a token by secret, from the cache the second time")
def _():
    again = app.acquire_token_for_client(scopes)
    assert again["token_source"] == "cache" if "token_source" in again else again["access_token"]


@check("MSAL: a token by certificate")
def _():
    with open(ready["certificateFile"], encoding="utf8") as file:
        pem = file.read()
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    thumbprint = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERT") :].encode()).fingerprint(hashes.SHA1())
    by = msal.ConfidentialClientApplication(
        ready["clientId"], {"private_key": pem, "thumbprint": thumbprint.hex()}, authority
    )
    assert "access_token" in by.acquire_token_for_client(scopes)


@check("MSAL: a wrong secret in Entra's words")
def _():
    answer = msal.ConfidentialClientApplication(ready["clientId"], "wrong", authority).acquire_token_for_client(scopes)
    assert answer["error"] == "invalid_client" and "AADSTS7000215" in answer["error_description"], answer


@check("MSAL: a tenant that does not exist")
def _():
    try:
        msal.ConfidentialClientApplication("x", "y", "https://login.microsoftonline.com/nowhere.contoso.com")
    except ValueError as error:
        assert "Unable to get authority configuration" in str(error), error
    else:
        raise AssertionError("no ValueError")


@check("users over pages, with the size asked for")
def _():
    first = call("GET", "/users?$top=50&$select=id,userPrincipalName")
    assert len(first["value"]) == 50 and "$skiptoken=" in first["@odata.nextLink"]
    seen = {each["id"] for each in pages("/users?$top=50&$select=id")}
    assert len(seen) == 230, len(seen)
    state["users"] = sorted(seen)


@check("a count, a filter and a search with ConsistencyLevel")
def _():
    eventual = {"ConsistencyLevel": "eventual"}
    counted = session.get(f"{root}/users/$count", headers=eventual)
    assert counted.text.lstrip("\ufeff") == "230", counted.text
    found = call("GET", "/users?$count=true&$top=1&$filter=endswith(mail,'@contoso.com')", **eventual)
    assert found["@odata.count"] > 200
    name = call("GET", f"/users/{state['users'][0]}")["displayName"].split(" ")[0]
    assert call("GET", f'/users?$search="displayName:{name}"', **eventual)["value"]
    refused("GET", "/users?$filter=endswith(mail,'@contoso.com')", None, 400, "Request_UnsupportedQuery")


@check("a user is created, changed, read by name, given a manager, and deleted and restored")
def _():
    name = f"python@{ready['domain']}"
    body = {
        "accountEnabled": True,
        "displayName": "Python",
        "mailNickname": "python",
        "userPrincipalName": name,
        "passwordProfile": {"password": "Correct-Horse-1"},
    }
    made = call("POST", "/users", body, 201)
    assert made["@odata.context"] == f"{root}/$metadata#users/$entity"
    refused("POST", "/users", body, 400, "Request_BadRequest")
    call("PATCH", f"/users/{name}", {"department": "QA", "businessPhones": ["1"]}, 204)
    assert call("GET", f"/users/{name}?$select=department")["department"] == "QA"
    call("PUT", f"/users/{name}/manager/$ref", {"@odata.id": f"{root}/users/{state['users'][0]}"}, 204)
    assert call("GET", f"/users/{name}/manager")["id"] == state["users"][0]
    assert call("GET", f"/users/{name}?$expand=manager($select=id)")["manager"]["id"] == state["users"][0]
    call("DELETE", f"/users/{name}", None, 204)
    refused("GET", f"/users/{name}", None, 404, "Request_ResourceNotFound")
    assert made["id"] in {each["id"] for each in pages("/directory/deletedItems/microsoft.graph.user")}
    assert call("POST", f"/directory/deletedItems/{made['id']}/restore", {}, 200)["userPrincipalName"] == name
    state["user"] = made["id"]


@check("a group gets twenty members in one PATCH, and not a twenty-first")
def _():
    body = {"displayName": "Python", "mailNickname": "python-group", "mailEnabled": False, "securityEnabled": True}
    group = call("POST", "/groups", body, 201)["id"]
    bind = lambda users: {"members@odata.bind": [f"{root}/directoryObjects/{each}" for each in users]}
    call("PATCH", f"/groups/{group}", bind(state["users"][:20]), 204)
    assert len(list(pages(f"/groups/{group}/members?$select=id"))) == 20
    call("PATCH", f"/groups/{group}", bind(state["users"][20:41]), 400)
    message = refused(
        "POST",
        f"/groups/{group}/members/$ref",
        {"@odata.id": f"{root}/directoryObjects/{state['users'][0]}"},
        400,
        "Request_BadRequest",
    )
    assert "already exist" in message, message
    call("DELETE", f"/groups/{group}/members/{state['users'][0]}/$ref", None, 204)
    call("POST", f"/groups/{group}/owners/$ref", {"@odata.id": f"{root}/users/{state['users'][0]}"}, 204)
    assert [each["id"] for each in pages(f"/groups/{group}/owners")] == [state["users"][0]]
    checked = call("POST", f"/users/{state['users'][1]}/checkMemberGroups", {"groupIds": [group]}, 200)
    assert checked["value"] == [group]
    state["group"] = group


@check("a $batch with parts that depend on each other, and one that is refused")
def _():
    requests_ = [
        {"id": "1", "method": "GET", "url": "/organization"},
        {"id": "2", "method": "GET", "url": "/users/nobody@contoso.com", "dependsOn": ["1"]},
        {"id": "3", "method": "GET", "url": "/groups?$top=1", "dependsOn": ["2"]},
    ]
    answers = {each["id"]: each for each in call("POST", "/$batch", {"requests": requests_})["responses"]}
    assert [answers[each]["status"] for each in "123"] == [200, 404, 424], answers
    refused("POST", "/$batch", {"requests": [{**requests_[0], "id": str(each)} for each in range(21)]}, 400, "BadRequest")


@check("delta: everything, then only what was changed")
def _():
    everything = list(pages("/users/delta?$select=displayName,department"))
    assert len(everything) == 231, len(everything)
    call("PATCH", f"/users/{state['user']}", {"department": "Changed"}, 204)
    changed = list(pages(state["delta"]))
    assert [each["id"] for each in changed] == [state["user"]] and changed[0]["department"] == "Changed"


@check("a license is assigned where there is a usage location, and only there")
def _():
    sku = call("GET", "/subscribedSkus")["value"][0]["skuId"]
    body = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
    message = refused("POST", f"/users/{state['user']}/assignLicense", body, 400, "Request_BadRequest")
    assert "usage location" in message, message
    call("PATCH", f"/users/{state['user']}", {"usageLocation": "CH"}, 204)
    assert call("POST", f"/users/{state['user']}/assignLicense", body, 200)["assignedLicenses"]
    assert [each["skuId"] for each in call("GET", f"/users/{state['user']}/licenseDetails")["value"]] == [sku]


@check("a guest is invited")
def _():
    body = {"invitedUserEmailAddress": "guest@fabrikam.com", "inviteRedirectUrl": "https://myapps.microsoft.com"}
    invited = call("POST", "/invitations", body, 201)
    assert invited["status"] == "PendingAcceptance" and invited["invitedUser"]["id"]
    assert call("GET", f"/users/{invited['invitedUser']['id']}?$select=userType")["userType"] == "Guest"


@check("an application with a secret signs in, and may do only what it was granted")
def _():
    made = call("POST", "/applications", {"displayName": "python-app"}, 201)
    call("POST", "/servicePrincipals", {"appId": made["appId"]}, 201)
    secret = call("POST", f"/applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "s"}}, 200)
    own = msal.ConfidentialClientApplication(made["appId"], secret["secretText"], authority)
    answer = own.acquire_token_for_client(scopes)
    assert "access_token" in answer, answer
    error = requests.get(f"{root}/users", headers={"Authorization": "Bearer " + answer["access_token"]})
    assert error.status_code == 403 and error.json()["error"]["code"] == "Authorization_RequestDenied"
    call("DELETE", f"/applications/{made['id']}", None, 204)


@check("a token that is none is refused")
def _():
    refused("GET", "/users", None, 401, "InvalidAuthenticationToken", Authorization="Bearer none")


@check("a throttled request succeeds after Retry-After")
def _():
    fault = {"at": "request", "path": "/users", "times": 2, "fault": {"kind": "status", "status": 429, "retryAfterSeconds": 1}}
    requests.post(ready["control"] + "/graph", json=["addFault", fault]).raise_for_status()
    assert call("GET", "/users?$top=1")["value"]


finish("MSAL for Python with Microsoft Graph")
