#!/bin/bash
# Absurd values in the database are ignored, clamped or an error of their row; the rest works on.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
for value in -1 0 99999999999999999999 x '""' '"-9223372036854775808"'; do
  ovs-vsctl set bridge br0 other_config:mac-table-size="$value" other_config:mac-aging-time="$value" \
    other_config:datapath-id="$value" other_config:hwaddr="$value" other_config:forward-bpdu="$value"
  ovs-vsctl set Open_vSwitch . other_config:max-idle="$value" other_config:flow-limit="$value" \
    other_config:stats-update-interval="$value" other_config:pmd-cpu-mask="$value" \
    other_config:n-handler-threads="$value" other_config:n-revalidator-threads="$value" \
    other_config:vlan-limit="$value" other_config:max-revalidator="$value"
  ovs-vsctl set port v-h1 other_config:priority-tags="$value"
  ovs-vsctl add-port br0 odd -- set interface odd type=patch options:peer="$value" 2>/dev/null
  ovs-vsctl del-port odd
done
ovs-vsctl clear Open_vSwitch . other_config -- clear bridge br0 other_config
long=$(printf 'x%.0s' {1..300})
ovs-vsctl add-port br0 "$long" 2>/dev/null || true
ovs-vsctl --if-exists del-port br0 "$long"
ovs-vsctl add-port br0 odd -- set interface odd type=internal mac='"01:00:00:00:00:00"' mtu_request=1 2>/dev/null || true
ovs-vsctl set interface odd mtu_request=9999999 ofport_request=65279 2>/dev/null || true
ovs-vsctl --if-exists del-port odd
ovs-vsctl add-port br0 a/b 2>/dev/null || true
ovs-vsctl --if-exists del-port a/b
running "$OVS_RUNDIR/ovs-vswitchd.pid" || fail "the daemon is gone"
same "the same process" "$pid" "$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")"
reaches h1 10.0.0.2
