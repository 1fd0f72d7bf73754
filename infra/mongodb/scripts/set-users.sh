#!/bin/bash
# Runs before mongod, each time. Makes the users of the Secret, or gives them its passwords, on whatever data is
# there: none, data from a first start that was cut off, or data that survived the stack and its passwords. Other users
# stay: pods of the service may still have them.
# (The image's own MONGO_INITDB_* does it on an empty directory only.)
set -euo pipefail
secrets=/run/secrets/mongodb
script=/scripts/set-users.js
done_for=/data/db/.users-set-for

wanted=$(cat "$secrets"/{root,app}-{user,password} "$script" | sha256sum)
if [ -e "$done_for" ] && [ "$(cat "$done_for")" = "$wanted" ]; then
  echo "the users are as they should be"
  exit 0
fi

# Nobody else reaches this mongod, so it needs no password to set one.
mongod --bind_ip 127.0.0.1 --port 27018 --dbpath /data/db --wiredTigerCacheSizeGB 0.25 >/tmp/mongod.log 2>&1 &
mongod=$!
# A shell that is the first process of a container ignores SIGTERM, unless told otherwise.
trap 'kill -TERM "$mongod"; wait "$mongod"; exit 143' TERM
shell=(mongosh --quiet --norc --port 27018)

until "${shell[@]}" --eval 'db.adminCommand({ ping: 1 })' >/dev/null 2>&1; do
  if ! kill -0 "$mongod" 2>/dev/null; then
    tail -n 20 /tmp/mongod.log >&2
    echo "mongod does not start on the data in /data/db: the lines above say why" >&2
    exit 1
  fi
  sleep 0.5
done

"${shell[@]}" "$script"
kill -TERM "$mongod"
wait "$mongod" || true
echo "$wanted" >"$done_for"
echo "the users of the Secret have its passwords now"
