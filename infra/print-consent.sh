#!/usr/bin/env bash
# Prints what an administrator has to run or open, for each tenant.
#
#   infra/print-consent.sh --environment prod --resource-group rg-directory-batch
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/shell/say.sh"
. "$here/shell/retry.sh"
. "$here/shell/azure.sh"
. "$here/shell/consent.sh"

environment='' resource_group=''
while [ $# -gt 0 ]; do
  case $1 in
    --environment) environment=$(value_of "$@"); shift 2 ;;
    --resource-group) resource_group=$(value_of "$@"); shift 2 ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1." "infra/print-consent.sh --help" ;;
  esac
done
[ -n "$environment" ] && [ -n "$resource_group" ] || fail "--environment and --resource-group are needed." "infra/print-consent.sh --help"
require_az
print_consent
