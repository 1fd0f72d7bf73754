#!/bin/bash
# Runs as a Job after everything has the users of the Secret: drops those that were ours before.
set -euo pipefail
for _ in {1..12}; do
  if mongosh --quiet --norc --nodb /scripts/log-in.js /scripts/drop-users.js; then exit 0; fi
  sleep 2
done
echo "MongoDB does not drop its former users: the lines above say why" >&2
exit 1
