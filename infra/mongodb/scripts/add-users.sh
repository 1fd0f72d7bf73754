#!/bin/bash
# Runs as a Job before anything else learns of other users: makes them in the MongoDB that runs.
set -euo pipefail
current=/run/secrets/mongodb-current wanted=/run/secrets/mongodb

if [ ! -e "$current/root-user" ]; then
  echo "there is no MongoDB yet: it makes its users when it starts"
  exit 0
fi
users() { cat "$1"/{root,app}-{user,password}; }
if [ "$(users "$current")" = "$(users "$wanted")" ]; then
  echo "the users are as they should be"
  exit 0
fi
# MongoDB may be about to come back, and a network policy needs a moment to know this pod.
for _ in {1..12}; do
  if mongosh --quiet --norc --nodb /scripts/log-in.js /scripts/set-users.js; then exit 0; fi
  sleep 2
done
echo "MongoDB does not take new users: the lines above say why" >&2
exit 1
