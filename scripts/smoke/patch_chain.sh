#!/bin/bash
# A packet passes 512 bridges in a row, as one datapath flow, and comes back.
# ovs: no, because it gives up after 64 bridges (over max translation depth 64)
source "$(dirname "$0")/_init.sh"
start_switch
bridges=512
args=()
for ((n = 1; n <= bridges; n++)); do args+=(-- add-br b$n -- set bridge b$n datapath_type=netdev); done
for ((n = 1; n < bridges; n++)); do
  args+=(-- add-port b$n n$n -- set interface n$n type=patch options:peer=p$n
    -- add-port b$((n + 1)) p$n -- set interface p$n type=patch options:peer=n$n)
done
ovs-vsctl "${args[@]}"
host left b1 10.0.0.1/24
host right b$bridges 10.0.0.2/24
reaches left 10.0.0.2
reaches left 10.0.0.2

number() { ovs-appctl dpif/show | sed -nE "s|.* $1 [0-9]+/([0-9]+):.*|\1|p"; }
contains "one flow" "in_port\($(number v-left)\).*dst=02:00:00:00:00:02\),eth_type\(0x0800\).* actions:$(number v-right)\$" "$(flows)"
for n in 1 255 511; do
  [ "$(dump_counter b$n n$n tx)" -ge 5 ] || fail "n$n counts $(dump_counter b$n n$n tx)"
done
reaches left 10.0.0.2 -i 0.01 -c 100
