#!/bin/bash
# Runs before mongod, each time. Checks that this version of MongoDB can read the data, and sets the users of the Secret
# with its passwords on whatever data there is: none, data of a first start that was interrupted, or data that outlived
# the stack and its passwords. Other users stay: pods of the service may still have them.
# (The image's own MONGO_INITDB_* does it on an empty directory only.)
# Kubernetes shows the last lines of a failed run as the pod's reason, so each failure ends with one that explains it.
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
# As shellNumber in mongodb-version.ts does it.
number() { echo $((${1%.*} * 1000 + ${1#*.})); }
is_older() { [ "$(number "$1")" -lt "$(number "$2")" ]; }
write() { # FILE TEXT: a power cut leaves the previous text or this one
  echo "$2" >"$1.new"
  mv "$1.new" "$1"
}
# Takes the version that the data are of.
other_version() {
  if is_older "$series" "$1"; then
    fail "The data are of MongoDB $1, and MongoDB $series can't read them. They are unchanged. Set mongoImage back to MongoDB $1."
  fi
  # A newer MongoDB keeps the data's feature compatibility version until it is set. The MongoDB of that version can't read
  # the data any more.
  if [ -n "$made_by" ] && is_older "$1" "$made_by"; then
    fail "MongoDB $made_by has run on the data, whose feature compatibility version is still $1. MongoDB $series can't read them. They are unchanged. Set mongoImage back to MongoDB $made_by, run db.adminCommand({ setFeatureCompatibilityVersion: \"$made_by\", confirm: true }) in mongosh, then upgrade."
  fi
  fail "The data are of MongoDB $1, and MongoDB $series can't read them. They are unchanged. Set mongoImage to MongoDB $1 and upgrade through each major version."
}

about=$(mongod --version 2>&1) || fail "$about" "mongod does not run on this node (exit code $?; 132 means that the processor has no AVX)."
series=$(printf '%s\n' "$about" | sed -nE 's/^db version v([0-9]+\.[0-9]+).*/\1/p')
command -v mongosh >/dev/null || fail "The image of MongoDB $series has no mongosh. Set mongoImage to MongoDB 7.0 or newer."

made_by=$(grep -xE '[0-9]+\.[0-9]+' "$series_file" 2>/dev/null || true)
if [ -n "$made_by" ] && is_older "$series" "$made_by"; then other_version "$made_by"; fi

wanted=$(cat "$secrets"/{root,app}-{user,password} "$script" | sha256sum)
if [ "$made_by" = "$series" ] && [ -e "$done_for" ] && [ "$(cat "$done_for")" = "$wanted" ]; then
  echo "the users are as they should be"
  exit 0
fi

# No other pod reaches this mongod, so it needs no password to set one.
mongod --bind_ip 127.0.0.1 --port "$port" --dbpath "$data" --wiredTigerCacheSizeGB 0.25 >"$log" 2>&1 &
mongod=$!
# A shell that is the first process of a container ignores SIGTERM, unless told otherwise.
trap 'kill -TERM "$mongod"; wait "$mongod"; exit 143' TERM

# mongod opens its port after it has recovered its data.
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  if ! kill -0 "$mongod" 2>/dev/null; then
    code=0
    wait "$mongod" || code=$?
    tail -n 20 "$log" >&2
    data_version=$(sed -nE 's/.*featureCompatibilityVersion.*version: \\?"([0-9]+\.[0-9]+).*/\1/p' "$log" | tail -n 1)
    if [ "$code" = 62 ] && [ -n "$data_version" ]; then other_version "$data_version"; fi
    fail "MongoDB $series does not start on the data (exit code $code). The lines above say why."
  fi
  if [ "$SECONDS" -ge "$start_seconds" ]; then
    tail -n 20 "$log" >&2
    kill -TERM "$mongod"
    fail "MongoDB $series has not started within $start_seconds seconds. The lines above are its last ones."
  fi
  sleep 0.5
done

mongosh --quiet --norc --port "$port" "$script" || fail "MongoDB $series did not take the users. The lines above say why."
kill -TERM "$mongod"
wait "$mongod" || true
write "$series_file" "$series"
write "$done_for" "$wanted"
echo "the users of the Secret have its passwords now"
