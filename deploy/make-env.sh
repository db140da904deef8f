#!/bin/sh
# Writes .env with a random password for each name in .env.example. Leaves an existing .env alone.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo "There is an .env already; delete it first to have new passwords." >&2
  exit 1
fi
umask 077
sed -n 's/^\([A-Z_]*\)=$/\1/p' .env.example | while read -r name; do
  printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done >.env
echo "Wrote .env"
