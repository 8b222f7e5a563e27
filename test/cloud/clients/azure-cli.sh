#!/usr/bin/env bash
# Runs the whole of `az ad`, and `az rest`, of an unmodified Azure CLI (for example Debian's azure-cli)
# against the local cloud: every command with every option, and what Entra's documentation says is
# refused. Needs az, and root or a user namespace: a hosts file that only this script's processes see
# maps the public names to loopback. Takes eight minutes: each command starts Python. `az keyvault` is left
# out: Debian's azure-cli lacks the package azure-keyvault 1.1 that it needs (python.sh has the vault's clients).
#
#   bash test/cloud/clients/azure-cli.sh
set -euo pipefail
# shellcheck source=SCRIPTDIR/with-hosts.sh
. "$(dirname "$0")/with-hosts.sh"
start_cloud --port 443 --users 500 --groups 20

export AZURE_CONFIG_DIR="$work/az" AZURE_CORE_COLLECT_TELEMETRY=0 PYTHONWARNINGS=ignore
REQUESTS_CA_BUNDLE=$(fact caFile)
export REQUESTS_CA_BUNDLE
graph=https://graph.microsoft.com/v1.0
microsoft_graph=00000003-0000-0000-c000-000000000000

# The output of a command, as text.
value() { "$@" --output tsv 2> /dev/null; }
no_such=11111111-1111-4111-8111-111111111111
tenant=$(fact tenantId)

expect '"state": "Enabled"' az login --service-principal --username "$(fact clientId)" \
  --password "$(fact certificateFile)" --tenant "$tenant" --allow-no-subscriptions
refused 'AADSTS7000215' env AZURE_CONFIG_DIR="$work/other" az login --service-principal --allow-no-subscriptions \
  --username "$(fact clientId)" --password wrong --tenant "$tenant"

echo "az account, and other ways to sign in"
expect "$tenant" az account list --all --refresh --query '[].tenantId'
expect 'servicePrincipal' az account show --subscription "$tenant" --query user.type
expect '' az account set --subscription "$tenant"
refused "not found" az account show --subscription nothing
expect 'accessToken' az account get-access-token --resource-type ms-graph
expect 'Bearer' az account get-access-token --resource-type arm --subscription "$tenant" --query tokenType
for resource in https://vault.azure.net https://graph.microsoft.com/ https://storage.azure.com/ https://management.core.windows.net/; do
  expect 'Bearer' az account get-access-token --resource $resource --query tokenType
done
expect 'Bearer' az account get-access-token --scope https://vault.azure.net/.default --query tokenType
expect "$tenant" az account get-access-token --tenant "$tenant" --query tenant
refused 'AADSTS500011' az account get-access-token --resource https://nothing.example
refused 'AADSTS700022' az account get-access-token --scope https://vault.azure.net/.default https://graph.microsoft.com/.default
refused 'AADSTS90002' az account get-access-token --tenant $no_such
other() { env AZURE_CONFIG_DIR="$work/other" az "$@"; }
expect 'Enabled' other login --service-principal --allow-no-subscriptions --username "$(fact clientId)" \
  --password "$(fact certificateFile)" --use-cert-sn-issuer --tenant contoso.com
expect 'Enabled' other login --service-principal --allow-no-subscriptions --username "$(fact clientId)" \
  --password "$(fact clientSecret)" --tenant "$tenant" --scope https://graph.microsoft.com/.default
expect '' other logout --username "$(fact clientId)"
refused "Please run 'az login'" other account show
refused 'No subscriptions found' other login --service-principal --username "$(fact clientId)" \
  --password "$(fact clientSecret)" --tenant "$tenant"
refused 'AADSTS700016' other login --service-principal --allow-no-subscriptions --username $no_such --password x --tenant "$tenant"
refused 'AADSTS90002' other login --service-principal --allow-no-subscriptions --username $no_such --password x --tenant nowhere.example
refused 'AADSTS50027' other login --service-principal --allow-no-subscriptions --username "$(fact clientId)" \
  --federated-token nonsense --tenant "$tenant"
expect '' other account clear
# As on App Service, whose managed identity az asks in the older way.
on_app_service() {
  env APPSETTING_WEBSITE_SITE_NAME=app "MSI_ENDPOINT=$(fact identityEndpoint)" "MSI_SECRET=$(fact identityHeader)" \
    AZURE_CONFIG_DIR="$work/app" az "$@"
}
identity=$(curl --silent "$(fact control)/createManagedIdentity" \
  --data "[{\"tenantId\": \"$tenant\", \"name\": \"app\", \"kind\": \"system\"}]" |
  "$node" -p 'JSON.parse(require("fs").readFileSync(0)).result.clientId')
expect 'systemAssignedIdentity' on_app_service login --identity --allow-no-subscriptions
expect 'Enabled' on_app_service login --identity --allow-no-subscriptions --username "$identity"
expect 'Bearer' on_app_service account get-access-token --resource https://vault.azure.net --query tokenType

echo "az rest"
expect '@contoso.com' az rest --url "$graph/users?\$top=3&\$select=displayName,userPrincipalName"
expect '490' az rest --headers ConsistencyLevel=eventual --query '"@odata.count"' \
  --url "$graph/users?\$count=true&\$top=1&\$filter=endswith(mail,%27@contoso.com%27)"
expect '200' az rest --method post --url "$graph/\$batch" --query 'responses[].status' \
  --body '{"requests":[{"id":"1","method":"GET","url":"/organization"}]}'
expect '[' az rest --method get --url "$graph/users" --uri-parameters '$top=1' --query value
expect '[' az rest --url "$graph/users" --uri-parameters '{"$top":"2"}' --query value
expect '2' az rest --url "$graph/users" --url-parameters '$top=2' '$select=id' --query 'length(value)'
next=$(value az rest --url "$graph/users?\$top=2&\$select=id" --query '"@odata.nextLink"')
expect '2' az rest --url "$next" --query 'length(value)'
expect '5' az rest --url "$graph/users/\$count" --headers '{"ConsistencyLevel":"eventual"}'
refused '$count is not currently supported' az rest --url "$graph/users/\$count"
expect "$tenant" az rest --url "https://management.azure.com/tenants?api-version=2022-12-01" --query 'value[].tenantId'
expect '"value": 0' az rest --url "/subscriptions?api-version=2022-12-01" --query count
vault="https://batch-vault.vault.azure.net/secrets"
expect '"x"' az rest --method put --url "$vault/az?api-version=7.4" --resource https://vault.azure.net --body '{"value":"x"}' --query value
expect "$vault/az" az rest --url "$vault?api-version=7.4" --resource https://vault.azure.net --query 'value[].id'
refused 'AKV10000' az rest --url "$vault?api-version=7.4"
refused "Resource not found for the segment 'nothing'" az rest --url "$graph/nothing"
expect '' az rest --url "$graph/users?\$top=1" --output-file "$work/users.json"
expect '"value"' cat "$work/users.json"
refused 'Request_ResourceNotFound' az rest --method delete --url "$graph/users/nobody@contoso.com"
refused 'BadRequest' az rest --method patch --url "$graph/users/nobody@contoso.com" --body '{'
refused 'InvalidAuthenticationToken' az rest --skip-authorization-header --url "$graph/users"

echo "az ad user"
user=az-ann@contoso.com
expect "$user" az ad user create --display-name "Az Ann" --password Correct-Horse-Battery-1 \
  --user-principal-name $user --force-change-password-next-sign-in true --immutable-id az-1 --mail-nickname azann
refused 'already exists' az ad user create --display-name "Az Ann" --password Correct-Horse-Battery-1 --user-principal-name $user
refused 'password' az ad user create --display-name Weak --password weak --user-principal-name weak@contoso.com
refused 'domain portion' az ad user create --display-name Far --password Correct-Horse-Battery-1 \
  --user-principal-name far@elsewhere.example
expect 'az-bo@contoso.com' az ad user create --display-name "Az Bo" --password Correct-Horse-Battery-1 \
  --user-principal-name az-bo@contoso.com
expect '' az ad user update --id $user --display-name "Az Anna" --account-enabled false --mail-nickname azanna
expect '' az ad user update --id $user --password Correct-Horse-Battery-2 --force-change-password-next-sign-in false
refused 'does not exist' az ad user update --id nobody@contoso.com --display-name x
expect 'Az Anna' az ad user show --id $user
id=$(value az ad user show --id $user --query id)
bo=$(value az ad user show --id az-bo@contoso.com --query id)
expect "$user" az ad user show --id "$id" --query userPrincipalName
refused 'does not exist' az ad user show --id nobody@contoso.com
expect 'A' az ad user list --filter "startswith(displayName,'A')" --query '[:3].displayName'
expect "$user" az ad user list --upn $user --query '[].userPrincipalName'
expect 'Az Bo' az ad user list --display-name "Az B" --query '[].displayName'
everyone=$(value az rest --headers ConsistencyLevel=eventual --url "$graph/users?\$count=true&\$top=1" --query '"@odata.count"')
expect "$everyone" az ad user list --query 'length(@)' # over pages of 100
refused 'Invalid filter clause' az ad user list --filter "displayName is 'x'"
refused 'Could not find a property' az ad user list --filter "color eq 'x'"

echo "az ad group"
expect '"mailNickname": "az-group"' az ad group create --display-name az-group --mail-nickname az-group --description first
group=$(value az ad group show --group az-group --query id)
expect "$group" az ad group create --display-name az-group --mail-nickname az-group --query id
expect 'az-group' az ad group create --display-name az-group --mail-nickname az-group-2 --force true
refused 'More than one' az ad group show --group az-group
expect '' az ad group delete --group "$(value az ad group list --filter "mailNickname eq 'az-group-2'" --query '[].id')"
refused 'Invalid value' az ad group create --display-name bad --mail-nickname 'has space'
expect 'first' az ad group show --group "$group" --query description
refused "No group matches" az ad group show --group nothing
refused 'does not exist' az ad group show --group $no_such
expect 'az-group' az ad group list --display-name az-g --query '[].displayName'
expect '[' az ad group list --filter "securityEnabled eq true" --query '[:1].id'
expect '' az ad group member add --group az-group --member-id "$id"
refused 'already exist' az ad group member add --group az-group --member-id "$id"
refused 'does not exist' az ad group member add --group az-group --member-id $no_such
expect 'true' az ad group member check --group az-group --member-id "$id"
expect 'false' az ad group member check --group az-group --member-id "$bo"
expect "$user" az ad group member list --group az-group --query '[].userPrincipalName'
expect 'outer' az ad group create --display-name outer --mail-nickname outer
expect '' az ad group member add --group outer --member-id "$group"
expect "$(value az ad group show --group outer --query id)" az ad group get-member-groups --group az-group
refused 'supported for users and service principals only' \
  az ad group get-member-groups --group az-group --security-enabled-only true
expect 'outer' az ad user get-member-groups --id $user
expect 'az-group' az ad user get-member-groups --id $user --security-enabled-only true
expect '' az ad group owner add --group az-group --owner-object-id "$id"
expect '' az ad group owner add --group az-group --owner-object-id "$id" # az looks first
expect '' az ad group owner add --group az-group --owner-object-id "$bo"
expect "$id" az ad group owner list --group az-group --query '[].id'
expect '' az ad group owner remove --group az-group --owner-object-id "$bo"
refused 'does not exist' az ad group owner remove --group az-group --owner-object-id "$bo"
refused 'must have at least one owner' az ad group owner remove --group az-group --owner-object-id "$id"
expect '' az ad group member remove --group az-group --member-id "$id"
refused 'does not exist' az ad group member remove --group az-group --member-id "$id"

echo "az ad app"
echo '[{"allowedMemberTypes":["User"],"description":"reads","displayName":"Reader","isEnabled":true,"value":"Read.All"}]' > "$work/roles.json"
echo '{"idToken":[{"name":"auth_time","essential":false}],"accessToken":[{"name":"ipaddr","essential":false}],"saml2Token":[]}' > "$work/claims.json"
echo "[{\"resourceAppId\":\"$microsoft_graph\",\"resourceAccess\":[{\"id\":\"df021288-bdef-4463-88db-98f22de89214\",\"type\":\"Role\"}]}]" > "$work/access.json"
expect 'az-app' az ad app create --display-name az-app --sign-in-audience AzureADMyOrg \
  --identifier-uris "api://contoso.com/az-app" --is-fallback-public-client false \
  --app-roles "@$work/roles.json" --optional-claims "@$work/claims.json" --required-resource-accesses "@$work/access.json" \
  --key-display-name made --key-type Password --key-usage Sign --start-date 2026-01-01 --end-date 2027-01-01 \
  --public-client-redirect-uris http://localhost --enable-access-token-issuance true \
  --enable-id-token-issuance true --web-home-page-url https://app.contoso.com --web-redirect-uris https://app.contoso.com/back
app=$(value az ad app list --display-name az-app --query '[0].appId')
object=$(value az ad app show --id "$app" --query id)
expect 'Read.All' az ad app show --id "$app" --query 'appRoles[].value'
expect 'auth_time' az ad app show --id "$object" --query optionalClaims
expect 'http://localhost' az ad app show --id api://contoso.com/az-app --query publicClient.redirectUris
expect 'true' az ad app show --id "$app" --query web.implicitGrantSettings.enableIdTokenIssuance
refused "does not exist" az ad app show --id $no_such
expect '' az ad app update --id "$app" --web-redirect-uris https://app.contoso.com https://app.contoso.com/2 \
  --display-name az-app-2 --sign-in-audience AzureADMultipleOrgs --is-fallback-public-client true \
  --enable-access-token-issuance false --web-home-page-url https://home.contoso.com
expect 'https://app.contoso.com/2' az ad app show --id "$app" --query web.redirectUris
expect 'https://home.contoso.com' az ad app show --id "$app" --query web.homePageUrl
expect '' az ad app update --id "$app" --identifier-uris "api://$app" "api://contoso.com/az-app"
expect '' az ad app update --id "$app" --set displayName=az-app-3 --set 'web={"logoutUrl":"https://app.contoso.com/out"}'
expect 'https://home.contoso.com' az ad app show --id "$app" --query web.homePageUrl
expect 'az-app-3' az ad app show --id "$app" --query displayName
expect '' az ad app update --id "$app" --optional-claims "@$work/claims.json" --public-client-redirect-uris http://localhost:1
expect '' az ad app update --id "$app" --enable-id-token-issuance false --required-resource-accesses "@$work/access.json"
# az gives a role without an id a new one: Graph sees that an enabled role is missing.
refused 'cannot be deleted or updated unless disabled first' az ad app update --id "$app" --app-roles "@$work/roles.json"
# Without --key-value az sends no body, and its --add and --remove start from nothing.
refused 'Empty Payload. JSON content expected.' az ad app update --id "$app" --key-display-name more --key-type Password
refused "Couldn't find 'tags'" az ad app update --id "$app" --add tags first --force-string
refused "Couldn't find 'tags'" az ad app update --id "$app" --remove tags 0
refused 'verified domain' az ad app update --id "$app" --identifier-uris https://elsewhere.example
refused 'verified domain' az ad app update --id "$app" --identifier-uris "api://$no_such/x"
expect "$app" az ad app list --app-id "$app" --query '[].appId'
expect "$app" az ad app list --identifier-uri "api://$app" --query '[].appId'
expect 'az-app-3' az ad app list --filter "displayName eq 'az-app-3'" --query '[].displayName'
expect 'az-app-3' az ad app list --all --query '[].displayName'
refused 'me' az ad app list --show-mine
expect '' az ad app owner add --id "$app" --owner-object-id "$id"
expect '' az ad app owner add --id "$app" --owner-object-id "$id" # az looks first
expect "$id" az ad app owner list --id "$app" --query '[].id'
expect '' az ad app owner remove --id "$app" --owner-object-id "$id"
refused 'does not exist' az ad app owner remove --id "$app" --owner-object-id "$id"

expect "$tenant" az ad app credential reset --id "$app" --query tenant
expect 'password' az ad app credential reset --id "$app" --append --display-name second --years 2
expect '2' az ad app credential list --id "$app" --query 'length(@)'
expect 'second' az ad app credential list --id "$app" --query '[].displayName'
expect 'password' az ad app credential reset --id "$app" --append --end-date 2027-06-01T00:00:00Z --display-name third
expect '2027-06-01' az ad app credential list --id "$app" --query "[?displayName=='third'].endDateTime"
expect 'fileWithCertAndPrivateKey' env HOME="$work" az ad app credential reset --id "$app" --create-cert --append
expect 'AsymmetricX509Cert' az ad app credential list --id "$app" --cert --query '[].type'
key=$(value az ad app credential list --id "$app" --cert --query '[0].keyId')
expect '' az ad app credential delete --id "$app" --key-id "$key" --cert
expect '[]' az ad app credential list --id "$app" --cert
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=az -keyout "$work/key.pem" -out "$work/cert.pem" 2> /dev/null
expect "$app" az ad app credential reset --id "$app" --append --cert "$(cat "$work/cert.pem")" --query appId
expect "$app" az ad app credential reset --id "$app" --append --cert "@$work/cert.pem" --query appId
secret=$(value az ad app credential list --id "$app" --query "[?displayName=='second'].keyId")
expect '' az ad app credential delete --id "$app" --key-id "$secret"
refused 'No password credential found' az ad app credential delete --id "$app" --key-id "$secret"

echo '{"name":"deploy","issuer":"https://token.actions.githubusercontent.com","subject":"repo:contoso/app:ref:refs/heads/main","description":"x","audiences":["api://AzureADTokenExchange"]}' > "$work/federated.json"
expect 'deploy' az ad app federated-credential create --id "$app" --parameters "@$work/federated.json"
refused 'already exists' az ad app federated-credential create --id "$app" --parameters "@$work/federated.json"
expect 'deploy' az ad app federated-credential list --id "$app" --query '[].name'
federated=$(value az ad app federated-credential list --id "$app" --query '[0].id')
expect 'repo:contoso' az ad app federated-credential show --id "$app" --federated-credential-id "$federated"
expect 'repo:contoso' az ad app federated-credential show --id "$app" --federated-credential-id deploy
expect '' az ad app federated-credential update --id "$app" --federated-credential-id "$federated" \
  --parameters '{"issuer":"https://token.actions.githubusercontent.com","subject":"repo:contoso/app:environment:live","audiences":["api://AzureADTokenExchange"]}'
expect 'environment:live' az ad app federated-credential show --id "$app" --federated-credential-id deploy --query subject
expect '' az ad app federated-credential delete --id "$app" --federated-credential-id deploy
refused 'does not exist' az ad app federated-credential show --id "$app" --federated-credential-id deploy
refused 'does not exist' az ad app federated-credential delete --id "$app" --federated-credential-id $no_such

read_all=df021288-bdef-4463-88db-98f22de89214
user_read=e1fe6dd8-ba31-4d61-89e7-88639da4683d
expect '' az ad app permission add --id "$app" --api $microsoft_graph --api-permissions $read_all=Role $user_read=Scope
expect $user_read az ad app permission list --id "$app"
expect '' az ad app permission delete --id "$app" --api $microsoft_graph --api-permissions $user_read
expect '' az ad app permission add --id "$app" --api $microsoft_graph --api-permissions $user_read=Scope

echo "az ad sp"
expect 'az-app-3' az ad sp create --id "$app" --query displayName
refused 'already in use' az ad sp create --id "$app"
refused 'does not reference a valid application object' az ad sp create --id $no_such
principal=$(value az ad sp show --id "$app" --query id)
expect 'az-app-3' az ad sp show --id "$principal" --query displayName
expect 'az-app-3' az ad sp show --id "api://$app" --query displayName
refused 'does not exist' az ad sp show --id $no_such
expect 'az-app-3' az ad sp list --display-name az-app --query '[].displayName'
expect "$app" az ad sp list --spn "$app" --query '[].appId'
expect "$app" az ad sp list --filter "appId eq '$app'" --query '[].appId'
expect 'Microsoft Graph' az ad sp list --all --query '[].displayName'
refused 'me' az ad sp list --show-mine
expect '' az ad sp update --id "$app" --set appRoleAssignmentRequired=true
expect 'true' az ad sp show --id "$app" --query appRoleAssignmentRequired
expect '' az ad sp update --id "$app" --set 'tags=["az"]'
expect 'az' az ad sp show --id "$app" --query tags
refused "Couldn't find 'tags'" az ad sp update --id "$app" --add tags more --force-string
refused "Couldn't find 'tags'" az ad sp update --id "$app" --remove tags 0
expect "$tenant" az ad sp credential reset --id "$app" --query tenant
expect 'password' az ad sp credential reset --id "$principal" --append --display-name second --years 2
expect 'password' az ad sp credential reset --id "$principal" --append --end-date 2027-06-01
expect 'second' az ad sp credential list --id "$app" --query '[].displayName'
expect 'fileWithCertAndPrivateKey' env HOME="$work" az ad sp credential reset --id "$app" --create-cert --append
expect 'AsymmetricX509Cert' az ad sp credential list --id "$app" --cert --query '[].type'
expect "$app" az ad sp credential reset --id "$app" --append --cert "@$work/cert.pem" --query appId
key=$(value az ad sp credential list --id "$app" --cert --query '[0].keyId')
expect '' az ad sp credential delete --id "$app" --key-id "$key" --cert
secret=$(value az ad sp credential list --id "$app" --query "[?displayName=='second'].keyId")
expect '' az ad sp credential delete --id "$app" --key-id "$secret"
expect '[' az ad sp owner list --id "$app"

echo "az ad app permission, on the principal"
expect '' az ad app permission grant --id "$app" --api $microsoft_graph --scope User.Read
expect 'User.Read Group.Read.All' az ad app permission grant --id "$app" --api $microsoft_graph \
  --scope User.Read Group.Read.All --consent-type AllPrincipals
expect 'AllPrincipals' az ad app permission list-grants --filter "consentType eq 'AllPrincipals'"
expect "$id" az ad app permission grant --id "$app" --api $microsoft_graph --scope User.Read \
  --consent-type Principal --principal-id "$id"
expect 'User.Read' az ad app permission list-grants --id "$app" --query '[].scope'
expect 'Microsoft Graph' az ad app permission list-grants --id "$app" --show-resource-name true

expect 'password' az ad sp create-for-rbac --name az-rbac
expect 'clientSecret' az ad sp create-for-rbac --name az-rbac-2 --years 2 --sdk-auth
expect 'fileWithCertAndPrivateKey' env HOME="$work" az ad sp create-for-rbac --display-name az-rbac-3 --create-cert
expect 'az-rbac-4' az ad sp create-for-rbac --name az-rbac-4 --cert "@$work/cert.pem"

echo "A principal that signs in with what az made"
login=$(az ad sp create-for-rbac --name az-login --output json 2> /dev/null)
field() { "$node" -p "JSON.parse(process.argv[1]).$1" "$login"; }
named_other() { env AZURE_CONFIG_DIR="$work/other" az "$@"; }
expect 'Enabled' named_other login --service-principal --allow-no-subscriptions --username "$(field appId)" \
  --password "$(field password)" --tenant "$tenant"
refused 'Insufficient privileges' named_other ad user list
expect "$(field appId)" az ad sp credential reset --id "$(field appId)" --append --cert "@$work/cert.pem" --query appId
cat "$work/key.pem" "$work/cert.pem" > "$work/both.pem"
expect 'Enabled' named_other login --service-principal --allow-no-subscriptions --username "$(field appId)" \
  --password "$work/both.pem" --tenant "$tenant"
expect '' az ad sp delete --id "$(field appId)"

echo "az ad signed-in-user: an application is none, a person is (below)"
refused 'me' az ad signed-in-user show
refused 'me' az ad signed-in-user list-owned-objects

echo "People, by device code"
person() { env AZURE_CONFIG_DIR="$work/person" az "$@"; }
expect '"type": "user"' by_device gail.global@contoso.com person login --use-device-code --allow-no-subscriptions
expect 'gail.global@contoso.com' person ad signed-in-user show --query userPrincipalName
expect '@contoso.com' person ad user list --query '[].userPrincipalName'
expect 'az-gail' person ad group create --display-name az-gail --mail-nickname az-gail
# Who has a directory role owns a security group only if named.
gail=$(value person ad signed-in-user show --query id)
expect '' person ad group owner add --group az-gail --owner-object-id "$gail"
expect 'gail.global@contoso.com' person ad group owner list --group az-gail --query '[].userPrincipalName'
expect 'az-gail' person ad signed-in-user list-owned-objects --type group --query '[].displayName'
expect 'az-gail' person ad signed-in-user list-owned-objects --query '[].displayName'
expect '[]' person ad signed-in-user list-owned-objects --type application
expect 'az-gail-app' person ad app create --display-name az-gail-app
expect 'az-gail-app' person ad app list --show-mine --query '[].displayName'
expect '[' person ad sp list --show-mine
expect 'gail.global@contoso.com' person rest --url "$graph/me" --query userPrincipalName
expect 'az-cal@contoso.com' person ad user create --display-name Cal --password Correct-Horse-Battery-1 \
  --user-principal-name az-cal@contoso.com
expect 'Microsoft Azure CLI' person rest --url "$graph/auditLogs/signIns" --query 'value[].appDisplayName'
expect 'Add user' person rest --url "$graph/auditLogs/directoryAudits" --query 'value[].activityDisplayName'
refused 'AADSTS65002' person account get-access-token --scope https://graph.microsoft.com/Device.Read.All
expect '' person logout
expect '"type": "user"' by_device dana.decider@contoso.com person login --use-device-code --allow-no-subscriptions --tenant "$tenant"
expect 'dana.decider@contoso.com' person ad signed-in-user show --query userPrincipalName
refused 'Insufficient privileges' person ad user delete --id az-cal@contoso.com
refused 'Insufficient privileges' person ad group delete --group az-gail
expect 'az-dana' person ad group create --display-name az-dana --mail-nickname az-dana
expect '' person ad group member add --group az-dana --member-id "$id"
expect '' person ad group delete --group az-dana

echo "The end"
expect '' az ad sp delete --id "$app"
refused 'does not exist' az ad sp show --id "$app"
expect '' az ad app delete --id "$app"
refused 'does not exist' az ad app delete --id "$app"
expect '' az ad group delete --group az-group
refused 'No group matches' az ad group delete --group az-group
expect '' az ad user delete --id $user
refused 'does not exist' az ad user delete --id $user
expect "$id" az rest --url "$graph/directory/deletedItems/microsoft.graph.user" --query 'value[].id'
expect "$object" az rest --url "$graph/directory/deletedItems/microsoft.graph.application" --query 'value[].id'
finish "Azure CLI"
