#!/bin/bash
# Runs as a Job when all pods use the Secret's users, and drops the stack's previous users.
set -euo pipefail
for _ in {1..12}; do
  if mongosh --quiet --norc --nodb /scripts/log-in.js /scripts/drop-users.js; then exit 0; fi
  sleep 2
done
echo "MongoDB did not drop the previous users. The lines above show the error." >&2
exit 1
