# Sourced. What the scripts ask of Azure; each answers on standard output, and fails if it cannot be asked.

# The deployment that main.bicep leaves its outputs in.
deployment_name() { printf 'directory-batch-%s' "$environment"; }

require_az() {
  command -v az >/dev/null || fail "The Azure CLI (az) is not on PATH." "https://aka.ms/install-azure-cli"
  az account show --output none 2>/dev/null || fail "Nobody is signed in." "az login --tenant <tenant>, then az account set --subscription <subscription>"
}

# group_exists: true or false. An error is an error, and not a group that does not exist.
group_exists() {
  local answer
  answer=$(az group exists --name "$resource_group" --output tsv) || return
  case $answer in
    true | false) printf '%s' "$answer" ;;
    *) return 1 ;;
  esac
}

# outputs QUERY: outputs of the last deployment, each on its line; a list on one line with tabs between.
# A failed deployment has none; the functions below find the resources anyway.
outputs() {
  local found
  found=$(az deployment group show --resource-group "$resource_group" --name "$(deployment_name)" \
    --query "$1" --output tsv) || return
  if [ -z "$found" ]; then
    say "The last deployment of $environment did not finish, so it has no outputs. Fix: infra/deploy.sh"
    return 1
  fi
  printf '%s\n' "$found"
}

# deployed TYPE PREFIX: the name of this deployment's resource of that type; nothing if there is none.
# Found by its tag, or by its name, which begins with PREFIX and the environment.
deployed() {
  local found
  found=$(az resource list --resource-group "$resource_group" --resource-type "$1" \
    --query "[?tags.\"directory-batch\"=='$environment' || starts_with(name, '$2-$environment-')].name" --output tsv) || return
  case $found in
    *$'\n'*)
      say "There are several of $1 for $environment in $resource_group: $(printf '%s' "$found" | tr '\n' ' ')"
      return 1
      ;;
  esac
  printf '%s' "$found"
}

function_app() { deployed Microsoft.Web/sites func; }
key_vault() { deployed Microsoft.KeyVault/vaults kv; }

# unique_name: the application's uniqueName, which never changes. Its end is the end of the identity's
# name, the first resource that a deployment makes; nothing if there is none.
unique_name() {
  local identity
  identity=$(deployed Microsoft.ManagedIdentity/userAssignedIdentities id) || return
  [ -z "$identity" ] || printf 'directory-batch-%s' "${identity#id-}"
}

# application UNIQUE-NAME: client id and object id, a line each; nothing if there is none.
application() {
  local errors status=0
  errors=$(mktemp) || return
  az rest --method GET --url "https://graph.microsoft.com/v1.0/applications(uniqueName='$1')?\$select=id,appId" \
    --query '[appId, id]' --output tsv 2>"$errors" || status=$?
  if [ "$status" -ne 0 ] && grep -Eq 'Request_ResourceNotFound|NotFound' "$errors"; then
    status=0
  elif [ "$status" -ne 0 ]; then
    cat "$errors" >&2
  fi
  rm -f "$errors"
  return "$status"
}

# A pipeline that signed in with OpenID Connect may exchange its assertion for five minutes only
# (AADSTS700024 afterwards): the tokens that later steps need are fetched at once, and kept by az.
hold_tokens() {
  az account get-access-token --resource-type ms-graph --output none || return
  az account get-access-token --resource https://vault.azure.net --output none
}

# project_node ARGUMENT...: the project's own Node, which is new enough; else the one on PATH.
project_node() {
  local own
  own=$(dirname "$here")/node_modules/.bin/node
  if [ -x "$own" ]; then "$own" "$@"; else node "$@"; fi
}
