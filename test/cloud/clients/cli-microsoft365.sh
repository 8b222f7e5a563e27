#!/usr/bin/env bash
# Tests that an unmodified CLI for Microsoft 365 (PnP) signs in to the local cloud by secret and by
# certificate, and reads and changes its directory. It is too large for a dependency (190 MB): npm
# installs it into a temporary folder, or into FOLDER to keep it.
#
#   bash test/cloud/clients/cli-microsoft365.sh [FOLDER]
set -euo pipefail
# shellcheck source=SCRIPTDIR/with-cloud.sh
. "$(dirname "$0")/with-cloud.sh"

folder=${1:-$work/cli}
mkdir -p "$folder"
if [ ! -e "$folder/node_modules/@pnp/cli-microsoft365" ]; then
  # Its telemetry requires a release that is not in any registry yet; no telemetry is sent here anyway.
  echo '{"private":true,"overrides":{"applicationinsights":"2.9.8"}}' > "$folder/package.json"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent @pnp/cli-microsoft365@11.11.0
fi
start_cloud --users 700 --groups 20

# It stores its settings and tokens in the home folder.
m365() { HOME=$work in_cloud "$node" "$folder/node_modules/@pnp/cli-microsoft365/dist/index.js" "$@"; }
# The number of a group's members.
members_of() {
  m365 entra group member list --groupName "$1" --role Member --output json \
    | "$node" -p 'JSON.parse(fs.readFileSync(0)).length'
}
application=(--appId "$(fact clientId)" --tenant "$(fact tenantId)")
m365 cli config set --key disableTelemetry --value true

expect '"authType": "certificate"' m365 login --authType certificate "${application[@]}" --certificateFile "$(fact certificateFile)"
expect '' m365 logout
expect '"authType": "secret"' m365 login --authType secret "${application[@]}" --secret "$(fact clientSecret)"

boss=$(m365 request --url '@graph/users?$top=1' --output json | "$node" -p 'JSON.parse(fs.readFileSync(0)).value[0].userPrincipalName')
user=m365-ann@contoso.com
expect "$user" m365 entra user add --userName $user --displayName "M365 Ann" --password Correct-Horse-1 \
  --usageLocation CH --forceChangePasswordNextSignIn --managerUserName "$boss"
expect "\"userPrincipalName\": \"$boss\"" m365 entra user get --userName $user --withManager
expect '' m365 entra user set --userName $user --department QA --accountEnabled false
expect '"department": "QA"' m365 entra user list --displayName M365 --properties displayName,department
refused 'does not exist' m365 entra user get --userName nobody@contoso.com

group="M365 group"
expect '"securityEnabled": true' m365 entra group add --displayName "$group" --type security \
  --mailNickname m365-group --ownerUserNames "$boss" --memberUserNames $user
expect '"Unified"' m365 entra group add --displayName "M365 team" --type microsoft365 \
  --mailNickname cli-team --visibility Private
expect '"Unified"' m365 entra m365group list --displayName M365
expect '' m365 entra group set --displayName "$group" --description changed
expect '"description": "changed"' m365 entra group get --displayName "$group"
expect '' m365 entra group member add --groupName "$group" --userNames "$boss" --role Member
expect "$boss" m365 entra group member list --groupName "$group"
expect '' m365 entra group member set --groupName "$group" --userNames $user --role Owner
expect '' m365 entra group member remove --groupName "$group" --userNames "$boss" --role Member --force
expect 'groupId' m365 entra user groupmembership list --userName $user

# It sends one group's members as 20 PATCHes of 20 in one $batch, and refused parts are not sent again.
big="M365 500"
expect '"securityEnabled": true' m365 entra group add --displayName "$big" --type security --mailNickname m365-500
ids=$(m365 request --url '@graph/users?$top=500&$select=id' --output json \
  | "$node" -p 'JSON.parse(fs.readFileSync(0)).value.map(({ id }) => id).join()')
expect '' m365 entra group member add --groupName "$big" --userIds "$ids" --role Member
expect '500' members_of "$big"

expect 'skuPartNumber' m365 entra license list
expect 'assignedLicenses' m365 entra user license add --userName $user --ids 05e9a617-0261-4cee-bb44-138d3ef5d965
expect '' m365 entra user license remove --userName $user --ids 05e9a617-0261-4cee-bb44-138d3ef5d965 --force
expect '' m365 entra user session revoke --userName $user --force
expect 'PendingAcceptance' m365 entra user guest add --emailAddress guest@fabrikam.com
expect '' m365 entra user remove --userName $user --force
expect 'M365 Ann' m365 entra user recyclebinitem list
expect '' m365 entra group remove --displayName "M365 team" --force
expect 'M365 team' m365 entra m365group recyclebinitem list

expect 'secrets' m365 entra app add --name "M365 app" --withSecret \
  --apisApplication https://graph.microsoft.com/User.Read.All
expect '' m365 entra app role add --appName "M365 app" --name Reader --description Reads \
  --allowedMembers usersGroups --claim Reader
expect 'Reader' m365 entra app role list --appName "M365 app"
expect 'User.Read.All' m365 entra app permission list --appName "M365 app"
expect '"accountEnabled": true' m365 entra enterpriseapp add --displayName "M365 app"
expect 'Microsoft Graph' m365 entra approleassignment add --appDisplayName "M365 app" \
  --resource "Microsoft Graph" --scopes "User.Read.All,Group.Read.All"
expect 'Group.Read.All' m365 entra approleassignment list --appDisplayName "M365 app"
expect '' m365 entra approleassignment remove --appDisplayName "M365 app" --resource "Microsoft Graph" \
  --scopes Group.Read.All --force
expect '' m365 entra app remove --name "M365 app" --force

expect 'M365 unit' m365 entra administrativeunit add --displayName "M365 unit"
expect '' m365 entra administrativeunit member add --administrativeUnitName "M365 unit" --userName "$boss"
expect 'displayName' m365 entra administrativeunit member list --administrativeUnitName "M365 unit"
expect '' m365 entra administrativeunit remove --displayName "M365 unit" --force
expect 'Contoso' m365 entra organization list

echo "People, by device code"
expect '' m365 logout
expect '"authType": "deviceCode"' by_device gail.global@contoso.com m365 login --authType deviceCode \
  --appId "$(fact signIn.toolsClientId)" --tenant "$(fact tenantId)"
expect 'gail.global@contoso.com' m365 request --url '@graph/me'
expect 'M365 Gail' m365 entra group add --displayName "M365 Gail" --type security
expect 'gail.global@contoso.com' m365 entra group member list --groupName "M365 Gail" --role Owner
expect '' m365 entra group remove --displayName "M365 Gail" --force
finish "CLI for Microsoft 365"
