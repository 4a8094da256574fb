#!/usr/bin/env bash
#
# Makes the databases and roles that make-secrets.sh wrote down, where they are not there yet, and gives their rights:
#
#   bash deploy/secrets/make-roles.sh FOLDER/postgres-roles.sql psql --host … --username postgres
#
# It may be repeated. A role that is there keeps the password that it has.
set -euo pipefail

file=${1:?usage: make-roles.sh FILE PSQL…}
shift
# By code, because words are the server's language: an object or a database that is there already.
if ! said=$("$@" --quiet --no-psqlrc --set VERBOSITY=sqlstate <"$file" 2>&1 >/dev/null); then
  echo "$said" >&2
  exit 1
fi
refused=$(grep --invert-match --extended-regexp ': +(42710|42P04)$' <<<"$said" | grep . || true)
if [[ -n $refused ]]; then
  echo "$refused" >&2
  exit 1
fi
