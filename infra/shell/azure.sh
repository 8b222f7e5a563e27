# Sourced. What the scripts ask of Azure; each answers on standard output.

# The deployment that main.bicep leaves its outputs in.
deployment_name() { printf 'directory-batch-%s' "$environment"; }

require_az() {
  command -v az >/dev/null || fail "The Azure CLI (az) is not on PATH." "https://aka.ms/install-azure-cli"
  az account show --output none 2>/dev/null || fail "Nobody is signed in." "az login --tenant <tenant>, then az account set --subscription <subscription>"
}

# outputs QUERY: outputs of the last deployment, each on its line; a list on one line with tabs between.
outputs() {
  az deployment group show --resource-group "$resource_group" --name "$(deployment_name)" \
    --query "$1" --output tsv
}
