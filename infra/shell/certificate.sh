# Sourced by deploy.sh. The certificate is made in the vault, by policy; only its public part is
# ever read here. Uses: here, credential, vault, certificate, client_id, register_key.

ensure_certificate() {
  local names policy=$here/certificate-policy.json
  # The same policy, but the key cannot leave the vault.
  [ "$credential" != vault-signature ] || policy=$here/certificate-policy.vault-signature.json
  # A list, because asking for one that is not there is an error like any other.
  names=$(retry_on "$unauthorized" 20 15 az keyvault certificate list --vault-name "$vault" \
    --query "[?name=='$certificate'].name" --output tsv) || refused_by_vault
  if [ -n "$names" ]; then
    say "  there already"
    return
  fi
  retry_on "$unauthorized" 20 15 az keyvault certificate create --vault-name "$vault" \
    --name "$certificate" --policy "@$policy" --output none || refused_by_vault
  say "  made"
}

refused_by_vault() {
  fail "The vault $vault let nobody in." "If a firewall refused this address: add it to allowedIpRanges in $parameters and run this again. Otherwise: docs/deploy.md, Who may deploy what"
}

# The first key is registered here; the app rolls it from then on. So if keys are registered and the
# vault's newest is not among them, a rotation is under way and is left alone.
ensure_registered_key() {
  local shown public thumbprint computed encoded registered work
  shown=$(retry_on "$unauthorized" 20 15 az keyvault certificate show --vault-name "$vault" \
    --name "$certificate" --query '[cer, x509ThumbprintHex]' --output tsv) || refused_by_vault
  read_lines public thumbprint <<<"$shown"
  computed=$(printf '%s' "$public" | openssl base64 -d -A | openssl dgst -sha1 -r | cut -d ' ' -f 1 | tr a-f A-F)
  [ "$computed" = "$(printf '%s' "$thumbprint" | tr a-f A-F)" ] ||
    fail "The vault says that the certificate's thumbprint is $thumbprint; the certificate it handed out has $computed." "Do not register it. Look into who answers for the vault."
  # Graph shows the thumbprint as hex or, as of any binary, in base64.
  encoded=$(printf '%s' "$public" | openssl base64 -d -A | openssl dgst -sha1 -binary | openssl base64 -A)

  registered=$(registered_thumbprints) || fail "The keys of the application $client_id cannot be read." "An owner of the application may: docs/deploy.md, Handing over"
  if printf '%s\n' "$registered" | grep -Fxiq -e "$computed" -e "$encoded"; then
    say "  registered already ($computed)"
    return
  fi
  if [ -n "$registered" ] && [ "$register_key" != true ]; then
    say "  $computed is not registered yet, other keys are: the app rolls them automatically."
    say "  To register it now, beside them: --register-key"
    return
  fi

  work=$(mktemp -d) || fail "There is no room for a temporary folder."
  printf -- '-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n' "$(printf '%s' "$public" | fold -w 64)" >"$work/public.pem"
  # --append keeps what is registered; without it every other key would be gone.
  retry_on "$replicating" 10 15 az ad app credential reset --id "$client_id" --append \
    --cert "@$work/public.pem" --output none || fail "The key could not be registered." "An owner of the application may: docs/deploy.md, Handing over"
  rm -rf "$work"
  for _ in 1 2 3 4 5 6; do
    registered=$(registered_thumbprints) || fail "The keys of the application $client_id cannot be read." "Run this again; it registers nothing twice."
    if printf '%s\n' "$registered" | grep -Fxiq -e "$computed" -e "$encoded"; then
      say "  registered ($computed)"
      return
    fi
    sleep 10
  done
  fail "The key was registered, but the application does not show it yet." "Run this again in some minutes; it registers nothing twice."
}

registered_thumbprints() {
  retry_on "$replicating" 10 15 az ad app show --id "$client_id" \
    --query 'keyCredentials[].customKeyIdentifier' --output tsv
}
