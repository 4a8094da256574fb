#!/usr/bin/env bash
#
# qb in the cluster, as the backup's job with another command (`kubectl apply -k deploy/kubernetes/backup` brings it);
# QB_TOKEN is handed on:
#
#   bash deploy/kubernetes/qb.sh verify --wait
set -euo pipefail

[[ $# -gt 0 ]] || { echo "which command? for instance: $0 doctor" >&2; exit 2; }
in=(kubectl --namespace "${NAMESPACE:-quickbite}")
job=qb-$(date --utc +%Y%m%dt%H%M%S)
trap '"${in[@]}" delete job "$job" --ignore-not-found --wait=false >/dev/null' EXIT
# Tried once: what a second run would do is for whoever called to decide.
"${in[@]}" create job "$job" --from=cronjob/backup --dry-run=client --output=json |
  jq '.spec.backoffLimit = 0
    | .spec.template.spec.containers[0].args = $ARGS.positional
    | .spec.template.spec.containers[0].env += [{name: "QB_TOKEN", value: (env.QB_TOKEN // "")}]' --args -- "$@" |
  "${in[@]}" create --filename - >/dev/null
# Four hours at most, as the job itself.
state=
for ((waited = 0; waited < 14400; waited += 2)); do
  state=$("${in[@]}" get job "$job" --output 'jsonpath={.status.conditions[?(@.status=="True")].type}')
  case $state in
    *Complete* | *Failed*) break ;;
  esac
  sleep 2
done
"${in[@]}" logs "job/$job"
[[ $state == *Complete* ]] || { echo "it ended otherwise: ${state:-not at all}" >&2; exit 1; }
