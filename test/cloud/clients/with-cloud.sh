# shellcheck shell=bash
# Sourced by the scripts beside it: a stand-alone local cloud that ends with the script.
# Defines $work (a folder that is removed at the end), start_cloud, fact, in_cloud, by_device and expect.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
node=$here/../../../node_modules/.bin/node
work=$(mktemp -d)
cloud=
trap '[ -z "$cloud" ] || kill -INT "$cloud"; wait; rm -rf "$work"' EXIT

# Starts the cloud with the given flags; returns when it serves.
start_cloud() {
  "$node" --no-warnings "$here/../main.ts" --no-storage --ready "$work/ready.json" "$@" > "$work/log" 2>&1 &
  cloud=$!
  for _ in $(seq 200); do
    [ -e "$work/ready.json" ] && return
    kill -0 "$cloud" 2> /dev/null || break
    sleep 0.1
  done
  cat "$work/log"
  exit 1
}

# A field of the ready file.
fact() { "$node" -p "require('$work/ready.json').$1"; }

# Runs a Node program whose connections to public host names go to the cloud.
in_cloud() {
  env "NODE_OPTIONS=$(fact env.NODE_OPTIONS)" "NODE_EXTRA_CA_CERTS=$(fact caFile)" \
    "LOCAL_CLOUD_REDIRECT=$(fact env.LOCAL_CLOUD_REDIRECT)" "$@"
}

# by_device PERSON COMMAND…: a sign-in that shows a code, which is entered as this person would.
by_device() {
  local person=$1 said=$work/said code='' login result=0
  shift
  : > "$said"
  "$@" > "$said" 2>&1 &
  login=$!
  for _ in $(seq 150); do
    code=$(sed -n 's/.*enter the code \([A-Z0-9]*\) to authenticate.*/\1/p' "$said" | head -1)
    [ -z "$code" ] && kill -0 "$login" 2> /dev/null || break
    sleep 0.2
  done
  if [ -n "$code" ]; then
    curl --silent --cacert "$(fact caFile)" "$(fact login)/common/oauth2/deviceauth" \
      --data otc="$code" --data login_hint="$person" > /dev/null
  else kill "$login" 2> /dev/null || true; fi
  wait "$login" || result=$?
  cat "$said"
  return "$result"
}

passed=0
failures=0

# expect TEXT COMMAND…: the command must succeed, and its output contain TEXT.
expect() { judge 0 "$@"; }

# refused TEXT COMMAND…: the command must fail, and its output contain TEXT.
refused() { judge 1 "$@"; }

judge() {
  local fails=$1 text=$2 output code=0
  shift 2
  output=$("$@" 2>&1) || code=$?
  if [[ $output == *"$text"* ]] && [ "$((code != 0))" = "$fails" ]; then
    passed=$((passed + 1))
    printf '  ok  %.110s\n' "$(named "$@")"
  else
    failures=$((failures + 1))
    printf 'FAILED with %s: %.300s\nexpected: %s\n%.2000s\n' "$code" "$(named "$@")" "$text" "$output"
  fi
}

# Says how many checks passed, and ends with 1 if one failed.
finish() {
  echo "$1: $passed checks passed, $failures failed."
  [ "$failures" = 0 ]
}

# Prints the command without secrets.
named() {
  local words="$*"
  words=${words//$(fact clientSecret)/***}
  echo "${words//$work/…}"
}
