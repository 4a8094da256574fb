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
if ! said=$(PGOPTIONS='-c lc_messages=C' "$@" --quiet --no-psqlrc <"$file" 2>&1); then
  echo "$said" >&2
  exit 1
fi
refused=$(grep --extended-regexp 'ERROR|FATAL' <<<"$said" |
  grep --invert-match --extended-regexp '(role|database) "[^"]+" already exists' || true)
if [[ -n $refused ]]; then
  echo "$refused" >&2
  exit 1
fi
