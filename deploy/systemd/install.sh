#!/usr/bin/env bash
#
# Brings an unpacked release onto this machine and starts it, or another one in its place:
#
#   sudo bash quickbite/systemd/install.sh VERSION [--no-migrate]
#
# Settings and secrets that are there stay as they are. `--no-migrate` is for going back to an earlier release.
set -euo pipefail

services=(orders inventory events bookings users)
version=${1:?usage: install.sh VERSION [--no-migrate]}
[[ $version =~ ^[0-9A-Za-z.-]+$ ]] || { echo "no version: $version" >&2; exit 2; }
from=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
to=${DESTDIR:-}/opt/quickbite
etc=${DESTDIR:-}/etc/quickbite

install -d -m 755 "$to/releases/$version/bin" "$etc" "${DESTDIR:-}/etc/systemd/system"
install -m 755 "$from"/bin/quickbite-* "$to/releases/$version/bin/"
for file in "$from"/systemd/env/*.env; do
  [[ -e $etc/${file##*/} ]] || install -m 644 "$file" "$etc/"
done
[[ -e $etc/nats.conf ]] || install -m 644 "$from/nats/single.conf" "$etc/nats.conf"
# What each key is for comes with the release; the keys are this machine's.
install -m 644 "$from/nats/users.conf" "$etc/users.conf"
install -m 644 "$from"/systemd/*.service "$from"/systemd/*.timer "${DESTDIR:-}/etc/systemd/system/"
install -D -m 755 "$from/systemd/qb" "${DESTDIR:-}/usr/local/bin/qb"

# Each program's secrets in a folder of its own, out of what make-secrets.sh makes.
if [[ ! -e $etc/secrets ]]; then
  bash "$from/secrets/make-secrets.sh" "$etc/made" --postgres 127.0.0.1:5432
  install -d -m 700 "$etc/secrets"
  for service in "${services[@]}"; do
    install -D -m 400 "$etc/made/$service-database-url" "$etc/secrets/$service/database-url"
    install -D -m 400 "$etc/made/$service-owner-database-url" "$etc/secrets/$service-owner/database-url"
    install -D -m 400 "$etc/made/$service-nkey" "$etc/secrets/$service/nkey"
    install -D -m 400 "$etc/made/topology-nkey" "$etc/secrets/$service-owner/nkey"
  done
  install -m 400 "$etc/made/users-signing-key-secret" "$etc/secrets/users/signing-key-secret"
  install -m 400 "$etc/made/bookings-signing-key-secret" "$etc/secrets/bookings/signing-key-secret"
  install -m 400 "$etc/made/operator-password" "$etc/secrets/users/operator-password"
  install -D -m 400 "$etc/made/operator-nkey" "$etc/secrets/operator/nkey"
  # Public keys, which the broker reads as a user of its own.
  install -m 644 "$etc/made/nats-nkeys.conf" "$etc/nkeys.conf"
  # The gateway has none, and a folder of credentials must hold something.
  install -d -m 700 "$etc/secrets/web"
  echo none >"$etc/secrets/web/none"
  # The databases and their roles, in the Postgres of this machine.
  if [[ -z ${DESTDIR:-} ]]; then
    runuser -u postgres -- psql --quiet --set ON_ERROR_STOP=1 <"$etc/made/postgres-roles.sql"
  fi
fi

# The link moves in one step: a program that restarts meanwhile is of one release or the other.
ln -sfn "releases/$version" "$to/next"
mv -T "$to/next" "$to/current"
[[ -z ${DESTDIR:-} ]] || exit 0

systemctl daemon-reload
systemctl enable --now quickbite-nats
systemctl reload quickbite-nats
if [[ ${2:-} != --no-migrate ]]; then
  for service in "${services[@]}"; do systemctl start "quickbite-migrate@$service"; done
fi
for program in users inventory orders events bookings web; do
  systemctl enable "quickbite@$program"
  systemctl restart "quickbite@$program"
done
systemctl enable --now quickbite-backup.timer
for try in {1..60}; do
  if curl --fail --silent --max-time 2 http://127.0.0.1:3000/readyz >/dev/null; then
    echo "$version is running"
    exit 0
  fi
  sleep 1
done
echo "$version did not get ready: journalctl --unit 'quickbite@*' --since '-2min'" >&2
exit 1
