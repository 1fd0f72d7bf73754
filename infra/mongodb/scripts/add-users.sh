#!/bin/bash
# Runs as a Job, and creates the new users in the running MongoDB before any pod uses them.
set -euo pipefail
current=/run/secrets/mongodb-current wanted=/run/secrets/mongodb

if [ ! -e "$current/root-user" ]; then
  echo "MongoDB has not started yet. Its pod creates the users at the first start."
  exit 0
fi
users() { cat "$1"/{root,app}-{user,password}; }
if [ "$(users "$current")" = "$(users "$wanted")" ]; then
  echo "The users are up to date."
  exit 0
fi
# MongoDB may still be starting, and network policies apply to a new pod only after a moment.
for _ in {1..12}; do
  if mongosh --quiet --norc --nodb /scripts/log-in.js /scripts/set-users.js; then exit 0; fi
  sleep 2
done
echo "MongoDB did not accept the new users. The lines above show the error." >&2
exit 1
