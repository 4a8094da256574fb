#!/usr/bin/env bash
#
# Makes every secret of one installation, as one file each, into a new folder:
#
#   bash deploy/secrets/make-secrets.sh FOLDER [--postgres HOST:PORT] [--domain example.com]
#   bash deploy/secrets/make-secrets.sh FOLDER --add      # those of services that FOLDER knows nothing of yet
#
# All ways to deploy take them from there. It needs openssl, and never writes over what is there: to renew one
# see docs/operations/keys.md. Keep the folder out of every repository, and a copy of it with the backups.
set -euo pipefail

services=(orders inventory events bookings users reviews)
postgres=
domain=example.com
add=
folder=${1:-}
if [[ -z $folder || $folder == --* ]]; then
  echo "usage: make-secrets.sh FOLDER [--postgres HOST:PORT] [--domain example.com] [--add]" >&2
  exit 2
fi
shift
while (($# > 0)); do
  case "$1 ${2:-}" in
    "--add "*)
      add=yes
      shift
      continue
      ;;
    "--postgres "?*) postgres=$2 ;;
    "--domain "?*) domain=$2 ;;
    *)
      echo "not understood: $1" >&2
      exit 2
      ;;
  esac
  shift 2
done
umask 077
random() { openssl rand -hex 24; }
upper() { tr '[:lower:]' '[:upper:]' <<<"$1"; }

# A database for each service, of an owner who makes its tables and a role that only uses them; of what stays written,
# the audit and the list of migrations, the owner's migrate job takes its rights to rewrite it back. Postgres runs
# this once, when its volume is new; on a server of your own: deploy/secrets/make-roles.sh
database_of() {
  local service=$1 database=quickbite_$1 owner runtime
  owner=$(random) runtime=$(random)
  printf 'postgres://%s_owner:%s@%s/%s\n' "$database" "$owner" "$postgres" "$database" >"$service-owner-database-url"
  printf 'postgres://%s:%s@%s/%s\n' "$database" "$runtime" "$postgres" "$database" >"$service-database-url"
  cat >>postgres-roles.sql <<SQL
CREATE ROLE ${database}_owner LOGIN PASSWORD '$owner';
CREATE ROLE $database LOGIN PASSWORD '$runtime';
CREATE DATABASE $database OWNER ${database}_owner;
REVOKE ALL ON DATABASE $database FROM PUBLIC;
GRANT CONNECT ON DATABASE $database TO $database;
\\connect $database
GRANT USAGE ON SCHEMA public TO $database;
ALTER DEFAULT PRIVILEGES FOR ROLE ${database}_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO $database;
ALTER DEFAULT PRIVILEGES FOR ROLE ${database}_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO $database;
\\connect postgres

SQL
}

# What a service keeps to itself.
secret_of() {
  case $1 in
    users) openssl rand -base64 32 >users-signing-key-secret ;;
    bookings) openssl rand -base64 32 >bookings-signing-key-secret ;;
    reviews) openssl rand -base64 32 >reviews-author-secret ;;
  esac
}

# A key for each of the broker's users (deploy/nats/users.conf): who holds the seed is that user, and the broker
# knows the public half. As nats-server reads keys: a prefix, 32 bytes, a sum over both, in base 32.
encoded() {
  local letters=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567 sum=0 held=0 bits=0 text='' byte bit
  for byte; do
    ((sum ^= byte << 8))
    for bit in {1..8}; do ((sum = sum & 0x8000 ? (sum << 1 ^ 0x1021) & 0xffff : sum << 1)); done || true
  done
  for byte in "$@" $((sum & 255)) $((sum >> 8)); do
    ((held = (held << 8 | byte) & 0xfff, bits += 8)) || true
    while ((bits >= 5)); do
      text+=${letters:held >> (bits - 5) & 31:1}
      ((bits -= 5)) || true
    done
  done
  ((bits == 0)) || text+=${letters:held << (5 - bits) & 31:1}
  echo "$text"
}
numbers() { tail -c 32 | od -An -v -tu1; }
key_of() {
  local user=$1 public
  openssl genpkey -algorithm ed25519 -outform DER -out key.der
  # Unquoted: a number is a word.
  encoded 149 0 $(numbers <key.der) >"$user-nkey"
  public=$(encoded 160 $(openssl pkey -inform DER -in key.der -pubout -outform DER | numbers))
  printf 'NKEY_%s: "%s"\n' "$(upper "$user")" "$public" >>nats-nkeys.conf
  rm key.der
}

all_of() {
  local service
  for service; do
    database_of "$service"
    secret_of "$service"
    key_of "$service"
  done
}

# What a service has stays, and one part of a set is not completed by another set's.
if [[ -n $add ]]; then
  cd "$folder"
  new=()
  for service in "${services[@]}"; do
    if grep --quiet "^NKEY_$(upper "$service"):" nats-nkeys.conf; then continue; fi
    if compgen -G "$service-*" >/dev/null ||
      grep --quiet --no-messages "^CREATE ROLE quickbite_$service " postgres-roles.sql; then
      echo "$folder holds a part of the secrets of $service: bring the rest back, or take the part away" >&2
      exit 1
    fi
    new+=("$service")
  done
  if ((${#new[@]} == 0)); then
    echo "nothing is lacking in $folder"
    exit 0
  fi
  # In the same server as the others.
  : "${postgres:=$(sed --quiet 's,^postgres://[^@]*@\([^/]*\)/.*,\1,p' orders-database-url)}"
  stage=$(mktemp --directory "$PWD/.add.XXXXXX")
  trap 'rm -rf "$stage"' EXIT
  cd "$stage"
  all_of "${new[@]}"
  for file in postgres-roles.sql nats-nkeys.conf; do
    [[ ! -e ../$file ]] || cat "../$file" "$file" >"$file.both"
    [[ ! -e $file.both ]] || mv "$file.both" "$file"
  done
  chmod 444 -- *
  # A service is there from when its key is in the list: that comes last.
  for file in *; do [[ $file == nats-nkeys.conf ]] || mv -f -- "$file" ..; done
  mv -f nats-nkeys.conf ..
  echo "made the secrets of ${new[*]}"
  exit 0
fi

if [[ -e $folder ]]; then
  echo "there is a $folder already: nothing was made" >&2
  exit 1
fi
mkdir -p "$folder"
cd "$folder"
: "${postgres:=postgres:5432}"

random >postgres-password
random >operator-password
random >grafana-password
all_of "${services[@]}"
for user in topology operator; do key_of "$user"; done

# Our own authority, which vouches for the broker's nodes and, until a public one does, for the two hosts.
# Its key is needed to renew these and nowhere else: take it away.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=quickbite" \
  -keyout ca.key -out ca.crt 2>/dev/null
certificate() {
  local name=$1 usage=$2 names=$3
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout "$name.key" -out "$name.csr" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -out "$name.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=%s\n' "$names" "$usage") 2>/dev/null
  rm "$name.csr"
}
# A node is a server to callers and a client to the other nodes.
certificate nats serverAuth,clientAuth \
  "DNS:nats,DNS:nats-2,DNS:nats-3,DNS:nats-0.nats,DNS:nats-1.nats,DNS:nats-2.nats,DNS:localhost,IP:127.0.0.1"
certificate tls serverAuth "DNS:www.$domain,DNS:api.$domain"
rm -f ca.srl

# Containers are other users: they may read the files, and nobody else may enter the folder.
chmod 444 -- *
chmod 400 ca.key
echo "made $(find . -type f | wc -l) files in $(pwd)"
