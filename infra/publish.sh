#!/usr/bin/env bash
# Builds the bundle and publishes it to the function app that infra/deploy.sh made.
#
#   infra/publish.sh --environment prod --resource-group rg-directory-batch
#
#   --environment NAME      as for deploy.sh
#   --resource-group NAME   as for deploy.sh
#   --dist FOLDER           publish this bundle instead of building one
#
# Before: az login. Who may: docs/deploy.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/shell/say.sh"
. "$here/shell/retry.sh"
. "$here/shell/azure.sh"

environment='' resource_group='' dist=''
while [ $# -gt 0 ]; do
  case $1 in
    --environment) environment=$(value_of "$@"); shift 2 ;;
    --resource-group) resource_group=$(value_of "$@"); shift 2 ;;
    --dist) dist=$(value_of "$@"); shift 2 ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1." "infra/publish.sh --help" ;;
  esac
done
[ -n "$environment" ] && [ -n "$resource_group" ] || fail "--environment and --resource-group are needed." "infra/publish.sh --help"
require_az
for tool in zip node; do
  command -v "$tool" >/dev/null || fail "$tool is not on PATH."
done

steps=3
step "The bundle"
if [ -z "$dist" ]; then
  dist=$(dirname "$here")/dist
  (cd "$(dirname "$here")" && npm ci --silent && npm run --silent build) >&2
fi
[ -f "$dist/host.json" ] && [ -f "$dist/package.json" ] || fail "There is no bundle in $dist." "npm run build"
wanted=$(project_node "$here/function-names.ts" "$dist") || fail "The bundle in $dist does not load." "npm run build; it takes Node 22.18 or newer"
app=$(function_app) || fail "The resources of $resource_group cannot be listed."
[ -n "$app" ] || fail "There is no function app of $environment in $resource_group." "infra/deploy.sh first"

work=$(mktemp -d) || fail "There is no room for a temporary folder."
trap 'rm -rf "$work"' EXIT
(cd "$dist" && zip -q -r -X "$work/app.zip" .)

step "Publishing to $app"
# A new app's SCM site answers 404 for some minutes.
retry_on "$site_starting" 20 30 az functionapp deployment source config-zip \
  --resource-group "$resource_group" --name "$app" --src "$work/app.zip" --build-remote false --output none

step "Its functions"
# A bundle that does not load in Azure registers no function, or leaves those of the last one, and
# nothing else would say so. Azure is asked to read the functions anew until they are those of the bundle.
shown='' listed=false
for attempt in 1 2 3 4 5 6 7 8; do
  if found=$(az functionapp function list --resource-group "$resource_group" --name "$app" --query '[].name' --output tsv 2>/dev/null); then
    listed=true
    # Names come as app/function.
    shown=$(printf '%s\n' "$found" | sed 's|.*/||' | sed '/^$/d' | LC_ALL=C sort)
    [ "$shown" != "$wanted" ] || break
  fi
  [ "$attempt" -lt 8 ] || break
  az rest --method POST --output none \
    --url "/subscriptions/{subscriptionId}/resourceGroups/$resource_group/providers/Microsoft.Web/sites/$app/host/default/sync?api-version=2024-11-01" 2>/dev/null ||
    say "  the functions could not be read anew (attempt $attempt)"
  sleep 15
done
count=$(printf '%s\n' "$wanted" | grep -c .)
if [ "$listed" = false ]; then
  say "Published. The functions cannot be listed from here: look for the heartbeat in ten minutes."
elif [ -z "$shown" ]; then
  fail "The app shows no function." "az webapp log tail --resource-group $resource_group --name $app; the bundle did not load."
elif [ "$shown" != "$wanted" ]; then
  say "$(diff <(printf '%s\n' "$wanted") <(printf '%s\n' "$shown") | sed -n 's/^</  is missing:/p; s/^>/  is left over:/p')"
  fail "The app does not show the functions of the bundle." "az functionapp restart --resource-group $resource_group --name $app, then infra/publish.sh again"
else
  say "Published: $count functions."
fi
state=$(az functionapp show --resource-group "$resource_group" --name "$app" --query state --output tsv) ||
  fail "Published, but whether the app is running cannot be read."
[ "$state" != Stopped ] || say "The app is stopped, and stays so. To start it: az functionapp start --resource-group $resource_group --name $app"
