#!/bin/bash
# The same generated flows, groups, meters and packets go to this switch and to Debian's: errors,
# dumps, traces, and what leaves the ports must be the same. FLOWS (default 50, of which half meet
# packets) for each of the VERSIONS, from SEED; SHOW lines of differences.
# ovs: no, because it is the one compared with
source "$(dirname "$0")/_init.sh"
source "$repository/scripts/smoke/differential/pair.sh"

pair ovs
pair patchbay
export SHOW=${SHOW:-20}
# shellcheck disable=SC2086 # VERSIONS are words
compare compare.py "${FLOWS:-50}" "${SEED:-2}" ${VERSIONS:-}
stop_pair
