#!/bin/bash
# Runs before each start of mongod. Checks that this version of MongoDB can read the data, and sets the Secret's users
# and passwords. The directory may be empty, may have the data of an interrupted first start, or may have data that
# outlived the stack and its passwords. Other users stay, because pods of the service may still use them.
# (The image's own MONGO_INITDB_* variables work only on an empty directory.)
# Kubernetes shows the last lines of a failed run as the pod's reason, so the last line of each failure explains it.
set -euo pipefail
data=${DATA_FOLDER:-/data/db}
secrets=${SECRETS_FOLDER:-/run/secrets/mongodb}
script=${SCRIPTS_FOLDER:-/scripts}/set-users.js
port=${SETUP_PORT:-27018}
start_seconds=${START_SECONDS:-600}
log=${TMPDIR:-/tmp}/mongod.log
done_for=$data/.users-set-for
# The series of the newest MongoDB that has run on the data. mongodb-version.ts has the file's name.
series_file=$data/${SERIES_FILE:?}

fail() {
  echo "$*" >&2
  exit 1
}
# Must match shellNumber in mongodb-version.ts.
number() { echo $((${1%.*} * 1000 + ${1#*.})); }
is_older() { [ "$(number "$1")" -lt "$(number "$2")" ]; }
write() { # FILE TEXT. After a power cut, the file has the previous text or this text.
  echo "$2" >"$1.new"
  mv "$1.new" "$1"
}
# DATA_VERSION
fail_version() {
  if is_older "$series" "$1"; then
    fail "The data are of MongoDB $1, and MongoDB $series can't read them. Nothing was changed. Run: pulumi config set mongoImage mongo:$1"
  fi
  # A newer MongoDB keeps the data's feature compatibility version until an administrator sets it. The MongoDB of the old
  # version can no longer read the data.
  if [ -n "$newest_series" ] && is_older "$1" "$newest_series"; then
    fail "MongoDB $newest_series has run on the data, whose feature compatibility version is still $1. MongoDB $series can't read the data. Nothing was changed. Set mongoImage back to MongoDB $newest_series, run db.adminCommand({ setFeatureCompatibilityVersion: \"$newest_series\", confirm: true }) in mongosh, then upgrade."
  fi
  fail "The data are of MongoDB $1, and MongoDB $series can't read them. Nothing was changed. Run: pulumi config set mongoImage mongo:$1, then upgrade one major version at a time."
}

version_output=$(mongod --version 2>&1) || fail "$version_output"$'\n'"mongod can't run on this node (exit code $?). Exit code 132 means that the CPU has no AVX."
series=$(printf '%s\n' "$version_output" | sed -nE 's/^db version v([0-9]+\.[0-9]+).*/\1/p')
command -v mongosh >/dev/null || fail "The image of MongoDB $series has no mongosh. Set mongoImage to MongoDB 7.0 or newer."

newest_series=$(grep -xE '[0-9]+\.[0-9]+' "$series_file" 2>/dev/null || true)
if [ -n "$newest_series" ] && is_older "$series" "$newest_series"; then fail_version "$newest_series"; fi

wanted=$(cat "$secrets"/{root,app}-{user,password} "$script" | sha256sum)
if [ "$newest_series" = "$series" ] && [ -e "$done_for" ] && [ "$(cat "$done_for")" = "$wanted" ]; then
  echo "The users are up to date."
  exit 0
fi

# This mongod listens only in the pod, so the script can set passwords without a password.
mongod --bind_ip 127.0.0.1 --port "$port" --dbpath "$data" --wiredTigerCacheSizeGB 0.25 >"$log" 2>&1 &
mongod=$!
# A container's first process ignores SIGTERM by default.
trap 'kill -TERM "$mongod"; wait "$mongod"; exit 143' TERM

# mongod opens its port after the recovery of its data.
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  if ! kill -0 "$mongod" 2>/dev/null; then
    code=0
    wait "$mongod" || code=$?
    tail -n 20 "$log" >&2
    data_version=$(sed -nE 's/.*featureCompatibilityVersion.*version: \\?"([0-9]+\.[0-9]+).*/\1/p' "$log" | tail -n 1)
    if [ "$code" = 62 ] && [ -n "$data_version" ]; then fail_version "$data_version"; fi
    fail "MongoDB $series does not start on the data (exit code $code). The lines above show the error."
  fi
  if [ "$SECONDS" -ge "$start_seconds" ]; then
    tail -n 20 "$log" >&2
    kill -TERM "$mongod"
    fail "MongoDB $series has not started within $start_seconds seconds. The lines above are the end of its log."
  fi
  sleep 0.5
done

accepted=true
mongosh --quiet --norc --port "$port" "$script" || accepted=false
kill -TERM "$mongod"
wait "$mongod" || true
[ "$accepted" = true ] || fail "MongoDB $series did not accept the users. The lines above show the error."
write "$series_file" "$series"
write "$done_for" "$wanted"
echo "Set the Secret's users and passwords."
