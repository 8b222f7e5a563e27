# Sourced by deploy.sh. What an operator stopped in an emergency stays stopped: a deployment sets every
# application setting anew, and the parameters know nothing of what was stopped by hand.
# Uses: resource_group, group_there, parameters. Sets: app, app_state, disabled, settings_before.

app='' app_state='' disabled='' settings_before=''

read_brakes() {
  local names
  [ "$group_there" = true ] || return 0
  app=$(function_app) || fail "The resources of $resource_group cannot be listed."
  [ -n "$app" ] || return 0
  app_state=$(az functionapp show --resource-group "$resource_group" --name "$app" --query state --output tsv) ||
    fail "Whether $app was stopped cannot be read." "docs/deploy.md, Who may deploy what"
  settings_before=$(read_settings) || fail "The settings of $app cannot be read, so a disabled function could be enabled again." "docs/deploy.md, Who may deploy what"
  names=$(printf '%s\n' "$settings_before" | sed -nE 's/^AzureWebJobs[._](.+)[._]Disabled	(true|True|1)$/\1/p' | sort -u)
  disabled=$(printf '%s' "$names" | tr '\n' ',')
  [ -z "$disabled" ] || grep -q DISABLED_FUNCTIONS "$parameters" ||
    fail "An operator disabled $disabled in $app, and $parameters does not read DISABLED_FUNCTIONS: this deployment would enable it again." "Copy those lines from infra/main.bicepparam"
}

# Name and value, a line each.
read_settings() {
  az functionapp config appsettings list --resource-group "$resource_group" --name "$app" \
    --query '[].[name, value]' --output tsv
}

# Whether a deployment starts a stopped app is documented nowhere; stopping it twice does no harm.
keep_stopped() {
  [ "$app_state" = Stopped ] || return 0
  az functionapp stop --resource-group "$resource_group" --name "$app" ||
    fail "$app was stopped before this deployment, and may be running now." "az functionapp stop --resource-group $resource_group --name $app"
}

# What is stopped still, with the way to start it, and which settings are no longer as they were.
tell_brakes() {
  local enabled after name old new each
  [ "$app_state" != Stopped ] || say "Still stopped by an operator: the app. az functionapp start --resource-group $resource_group --name $app"
  for each in $(printf '%s' "$disabled" | tr ',' ' '); do
    say "Still disabled by an operator: $each. az functionapp config appsettings delete --resource-group $resource_group --name $app --setting-names AzureWebJobs.$each.Disabled"
  done
  if enabled=$(az ad sp show --id "$client_id" --query accountEnabled --output tsv 2>/dev/null); then
    case $enabled in
      [Ff]alse) say "Still disabled by an operator: the service principal. az ad sp update --id $client_id --set accountEnabled=true" ;;
    esac
  else
    say "Whether the service principal is enabled cannot be read from here."
  fi
  [ -n "$settings_before" ] || return 0
  after=$(read_settings) || fail "Deployed, but the settings of $app cannot be read, so what changed is not known."
  while IFS=$'\t' read -r name old; do
    case $name in AzureWebJobs[._]*[._]Disabled) continue ;; esac
    if ! printf '%s\n' "$after" | grep -Fxq -- "$name	$old"; then
      new=$(printf '%s\n' "$after" | sed -n "s/^$name	//p")
      case $name in
        MAX_* | GRAPH_* | STALE_ACCOUNTS_* | *_SCHEDULE | PREFLIGHT | INBOX_MODE | PLAN_FRESH_MINUTES)
          say "This deployment changed the setting $name from '$old' to '$new'." ;;
        # Its value could be anything, a secret of somebody's own included.
        *) say "This deployment changed or removed the setting $name." ;;
      esac
    fi
  done <<<"$settings_before"
}
