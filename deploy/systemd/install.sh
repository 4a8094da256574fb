#!/usr/bin/env bash
#
# Brings an unpacked release onto this machine and starts it, or another one in its place:
#
#   sudo bash quickbite/systemd/install.sh VERSION [--no-migrate]
#
# Settings and secrets that are there stay as they are. `--no-migrate` is for going back to an earlier release. Where it
# ends early, mend what it says and run it again: each step does what is left of it.
set -euo pipefail

services=(orders inventory events bookings users reviews)
version=${1:?usage: install.sh VERSION [--no-migrate]}
[[ $version =~ ^[0-9A-Za-z.-]+$ ]] || { echo "no version: $version" >&2; exit 2; }
from=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
to=${DESTDIR:-}/opt/quickbite
etc=${DESTDIR:-}/etc/quickbite
nats_server=${NATS_SERVER_BIN:-/usr/local/bin/nats-server}
for program in openssl curl "$nats_server"; do
  command -v "$program" >/dev/null || { echo "there is no $program (docs/operations/one-machine.md)" >&2; exit 1; }
done

install -d -m 755 "$to/releases/$version/bin" "$etc" "${DESTDIR:-}/etc/systemd/system"
install -m 755 "$from"/bin/quickbite-* "$to/releases/$version/bin/"

# keep MODE FROM TO puts a file where none is, whole or not at all.
keep() {
  [[ ! -e $3 ]] || return 0
  [[ -e $2 ]] || { echo "there is neither $3 nor $2, which it is made of: bring your copy back" >&2; exit 1; }
  install -D -m "$1" "$2" "$3.part"
  mv "$3.part" "$3"
}

# Secrets come first: before all of them are there, nothing changes of what runs.
# All secrets of one machine are made together, once: a second making would not fit the first.
made=$etc/made
if [[ ! -e $made && ! -e $etc/secrets ]]; then
  rm -rf "$made.part"
  bash "$from/secrets/make-secrets.sh" "$made.part" --postgres 127.0.0.1:5432
  mv "$made.part" "$made"
fi
# Those of a service that is new are added; where the set was taken away, its copy has to be brought back.
for service in "${services[@]}"; do
  if [[ -e $made && ! -e $etc/secrets/$service ]]; then
    bash "$from/secrets/make-secrets.sh" "$made" --add
    break
  fi
done
# Each program's secrets in a folder of its own.
install -d -m 700 "$etc/secrets" "$etc/secrets/web"
for service in "${services[@]}"; do
  keep 400 "$made/$service-database-url" "$etc/secrets/$service/database-url"
  keep 400 "$made/$service-owner-database-url" "$etc/secrets/$service-owner/database-url"
  keep 400 "$made/$service-nkey" "$etc/secrets/$service/nkey"
  keep 400 "$made/topology-nkey" "$etc/secrets/$service-owner/nkey"
done
for service in users bookings; do
  keep 400 "$made/$service-signing-key-secret" "$etc/secrets/$service/signing-key-secret"
done
keep 400 "$made/reviews-author-secret" "$etc/secrets/reviews/author-secret"
keep 400 "$made/operator-password" "$etc/secrets/users/operator-password"
keep 400 "$made/operator-nkey" "$etc/secrets/operator/nkey"
# The gateway has none, and a folder of credentials must hold something.
[[ -e $etc/secrets/web/none ]] || echo none >"$etc/secrets/web/none"

# The databases and their roles, in the Postgres of this machine. Those that are there stay; rights are given again.
if [[ -z ${DESTDIR:-} && -e $made/postgres-roles.sql ]]; then
  bash "$from/secrets/make-roles.sh" "$made/postgres-roles.sql" runuser --user postgres -- psql
fi

# What the broker reads: keys are this machine's, each as it was first put here; what each is for comes with the release.
# The server itself judges the two before they are put in place, the keys first: none too many is in its way.
broker=$(mktemp --directory "$etc/broker.XXXXXX")
trap 'rm -rf "$broker"' EXIT
keep 644 "$from/nats/single.conf" "$etc/nats.conf"
for file in nats nkeys; do [[ ! -e $etc/$file.conf ]] || cp "$etc/$file.conf" "$broker/"; done
install -m 644 "$from/nats/users.conf" "$broker/users.conf"
if [[ -e $made/nats-nkeys.conf ]]; then
  touch "$broker/nkeys.conf"
  while read -r name key; do
    grep --quiet "^$name" "$broker/nkeys.conf" || echo "$name $key" >>"$broker/nkeys.conf"
  done <"$made/nats-nkeys.conf"
fi
if ! said=$("$nats_server" -t --config "$broker/nats.conf" 2>&1); then
  echo "$said" >&2
  echo "the broker would not start with this release's users.conf: nothing of it was changed" >&2
  exit 1
fi
chmod 644 "$broker"/*.conf
mv "$broker/nkeys.conf" "$broker/users.conf" "$etc/"

for file in "$from"/systemd/env/*.env; do keep 644 "$file" "$etc/${file##*/}"; done
install -m 644 "$from"/systemd/*.service "$from"/systemd/*.timer "${DESTDIR:-}/etc/systemd/system/"
install -D -m 755 "$from/systemd/qb" "${DESTDIR:-}/usr/local/bin/qb"

# A link moves in one step: a program that restarts meanwhile is of one release or the other.
point() {
  ln -sfn "releases/$version" "$to/next"
  mv -T "$to/next" "$to/$1"
}
# Tables and streams are made by the newest release that was here, and before the programs are of it.
[[ ${2:-} == --no-migrate && -e $to/migrating ]] || point migrating
if [[ -z ${DESTDIR:-} ]]; then
  systemctl daemon-reload
  systemctl enable --now quickbite-nats
  systemctl reload quickbite-nats
  if [[ ${2:-} != --no-migrate ]]; then
    for service in "${services[@]}"; do systemctl start "quickbite-migrate@$service"; done
  fi
fi
point current
[[ -z ${DESTDIR:-} ]] || exit 0

# Answers within a minute, or the programs after it stay as they are.
ready() {
  local port try
  port=$(sed --quiet 's/^PORT=//p' "$etc/$1.env")
  for try in {1..60}; do
    if curl --fail --silent --max-time 2 "http://127.0.0.1:$port/readyz" >/dev/null; then return 0; fi
    sleep 1
  done
  echo "$1 of $version did not get ready: journalctl --unit 'quickbite@$1' --since '-2min'" >&2
  return 1
}

# Users first, which has the keys that the others verify tokens with.
for program in users inventory orders events bookings reviews web; do
  systemctl enable "quickbite@$program"
  systemctl restart "quickbite@$program"
  ready "$program"
done
systemctl enable --now quickbite-backup.timer
echo "$version is running"
