#!/bin/bash
# The companion: top shows the rate of a running stream, trace and ask answer as ovs-appctl does, and
# without a daemon the error says what to do.
# ovs: no, because patchbay is ours
source "$(dirname "$0")/_init.sh"
start_switch
patchbay=$(dirname "${PATCHBAYD:-$repository/.build/release/patchbayd}")/patchbay
bridge br0
host left br0 10.0.0.1/24
host right br0 10.0.0.2/24
reaches left 10.0.0.2

same "ask" "$(ovs-appctl dpif/show)" "$("$patchbay" ask dpif/show)"
same "trace" "$(ovs-appctl ofproto/trace br0 in_port=1)" "$("$patchbay" trace br0 in_port=1)"
contains "refusal" 'is not a valid command' "$("$patchbay" ask nope 2>&1 || true)"
contains "no daemon" 'set OVS_RUNDIR' "$(OVS_RUNDIR=/nonexistent "$patchbay" top 2>&1 || true)"

stream left 10.0.0.2
top=$("$patchbay" top --count 1 --interval 2)
say "$top"
within "packets per second" 2 1000 "$(awk '/^main thread/ { print $3 }' <<<"$top")"
