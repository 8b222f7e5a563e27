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
command -v zip >/dev/null || fail "zip is not on PATH."

if [ -z "$dist" ]; then
  say "1. The bundle"
  dist=$(dirname "$here")/dist
  (cd "$(dirname "$here")" && npm ci --silent && npm run --silent build) >&2
fi
[ -f "$dist/host.json" ] && [ -f "$dist/package.json" ] || fail "There is no bundle in $dist." "npm run build"
app=$(outputs 'properties.outputs.functionAppName.value')
[ -n "$app" ] || fail "There is no deployment of $environment in $resource_group." "infra/deploy.sh first"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$dist" && zip -q -r -X "$work/app.zip" .)

say "2. Publishing to $app"
# A new app's SCM site answers 404 for some minutes.
retry_on "$site_starting" 20 30 az functionapp deployment source config-zip \
  --resource-group "$resource_group" --name "$app" --src "$work/app.zip" --build-remote false --output none

say "3. Its functions"
# A bundle that does not load registers no function, and nothing else would say so.
found=''
for _ in 1 2 3 4 5 6 7 8; do
  found=$(az functionapp function list --resource-group "$resource_group" --name "$app" --query 'length(@)' --output tsv 2>/dev/null || true)
  [ "${found:-0}" = 0 ] || break
  sleep 15
done
if [ -z "$found" ]; then
  say "Published. The functions cannot be listed from here: look for the heartbeat in ten minutes."
  exit 0
fi
[ "$found" != 0 ] || fail "The app shows no function." "az webapp log tail --resource-group $resource_group --name $app; the bundle did not load."
say "Published: $found functions."
