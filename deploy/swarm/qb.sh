#!/usr/bin/env bash
#
# qb beside the stack, on its network and with the owners' roles, as a job that runs once on the machine that is
# labelled for backups; its folder there is /var/backups/quickbite:
#
#   IMAGES=ghcr.io/…/quickbite VERSION=1.2.3 bash deploy/swarm/qb.sh backup /backups/2026-05-04T0300
#
# QB_TOKEN is handed on to commands that ask the services.
set -euo pipefail

: "${IMAGES:?where the images are, such as ghcr.io/example/quickbite}" "${VERSION:?which release}"
stack=${STACK:-quickbite}
job=$stack-qb-$(date --utc +%Y%m%dt%H%M%S)
given=(--env "QB_TOKEN=${QB_TOKEN:-}" --env NATS_NKEY_SEED_FILE=/run/secrets/operator-nkey)
# As the stack has them: each secret with a number of its own.
give() {
  local number
  number=$(tr 'a-z.-' 'A-Z__' <<<"$1")_NUMBER
  given+=(--secret "source=quickbite-$1-${!number:-1},target=$1")
}
give ca.crt
give operator-nkey
for service in orders inventory events bookings users reviews; do
  give "$service-owner-database-url"
  given+=(--env "${service^^}_DATABASE_URL_FILE=/run/secrets/$service-owner-database-url")
done

docker service create --quiet --detach --with-registry-auth --name "$job" --mode replicated-job \
  --restart-condition none --network "${stack}_backend" --constraint node.labels.quickbite.backups==yes \
  --mount type=bind,source=/var/backups/quickbite,target=/backups --read-only --cap-drop ALL --user 0:0 \
  --env ORDERS_URL=http://orders:8080 --env INVENTORY_URL=http://inventory:8090 --env EVENTS_URL=http://events:8181 \
  --env BOOKINGS_URL=http://bookings:8282 --env USERS_URL=http://users:8383 --env REVIEWS_URL=http://reviews:8484 \
  --env WEB_URL=http://web:3000 --env NATS_URL=tls://nats:4222,tls://nats-2:4222,tls://nats-3:4222 \
  --env NODE_EXTRA_CA_CERTS=/run/secrets/ca.crt "${given[@]}" "$IMAGES/qb:$VERSION" "$@"
trap 'docker service rm "$job" >/dev/null' EXIT
# Four hours at most, then it is ended.
for ((waited = 0; waited < 14400; waited += 2)); do
  state=$(docker service ps --format '{{.CurrentState}}' "$job")
  case $state in
    Complete*) break ;;
    Failed* | Rejected* | Orphaned*) break ;;
  esac
  sleep 2
done
docker service logs --raw "$job"
[[ $state == Complete* ]] || { echo "it ended otherwise: $state" >&2; exit 1; }
