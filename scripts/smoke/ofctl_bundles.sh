#!/bin/bash
# Bundles come true as a whole or not at all; monitors tell what happened; full tables refuse or evict.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0 fail_mode=secure protocols=OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15

flows() { ovs-ofctl -O "$1" --no-names --no-stats dump-flows br0; }

for version in OpenFlow13 OpenFlow14 OpenFlow15; do
  say "bundles in $version"
  ovs-ofctl -O $version del-flows br0
  printf '%s\n' 'priority=5,in_port=1,actions=2' 'in_port=2,actions=1' 'delete in_port=1' \
    'in_port=3,actions=4' >"$tmp/flows"
  ovs-ofctl -O $version --bundle add-flows br0 "$tmp/flows"
  same "flows of a bundle" $' in_port=2 actions=output:1\n in_port=3 actions=output:4' "$(flows $version)"
  printf '%s\n' 'flow in_port=7,actions=2' 'flow delete in_port=2' \
    'flow check_overlap,ip,actions=4' >"$tmp/flows"
  said=$(fails ovs-ofctl -O $version bundle br0 "$tmp/flows")
  contains "which message failed" 'Error OFPFMFC_OVERLAP for: OFPT_FLOW_MOD' "$said"
  contains "what becomes of the bundle" 'Error OFPBFC_MSG_FAILED for: ' "$said"
  same "nothing is left of it" $' in_port=2 actions=output:1\n in_port=3 actions=output:4' "$(flows $version)"
  echo 'in_port=9,actions=2' >"$tmp/flows"
  ovs-ofctl -O $version --bundle replace-flows br0 "$tmp/flows"
  same "replaced" ' in_port=9 actions=output:2' "$(flows $version)"
done

for version in OpenFlow10 OpenFlow13 OpenFlow14; do
  say "a monitor in $version"
  ovs-ofctl -O $version del-flows br0
  ovs-ofctl -O $version --no-names --detach --no-chdir --pidfile="$tmp/monitor.pid" \
    monitor br0 watch: >"$tmp/monitor" 2>&1
  ovs-ofctl -O $version add-flow br0 in_port=1,actions=2
  ovs-ofctl -O $version mod-flows br0 in_port=1,actions=3
  ovs-ofctl -O $version del-flows br0 in_port=1
  told() { grep event= "$tmp/monitor"; }
  becomes 5 " event=ADDED table=0 cookie=0 in_port=1 actions=output:2
 event=MODIFIED table=0 cookie=0 in_port=1 actions=output:3
 event=DELETED reason=delete table=0 cookie=0 in_port=1 actions=output:3" told
  stop_pid "$tmp/monitor.pid"
done

say "a table with room for two"
ovs-ofctl del-flows br0
ovs-vsctl -- --id=@t create Flow_Table name=small flow_limit=2 -- \
  set bridge br0 flow_tables:0=@t >/dev/null
becomes 5 "small" eval "ovs-ofctl dump-tables br0 | sed -nE 's/.*table 0 \\(\"(.*)\"\\):/\\1/p'"
ovs-ofctl add-flow br0 in_port=1,idle_timeout=60,actions=2
ovs-ofctl add-flow br0 in_port=2,idle_timeout=30,actions=2
contains "refused" OFPFMFC_TABLE_FULL "$(fails ovs-ofctl add-flow br0 in_port=3,actions=2)"
ovs-vsctl set Flow_Table small overflow_policy=evict
added() { ovs-ofctl add-flow br0 in_port=3,actions=2 2>/dev/null; }
wait_until 5 added
same "who would expire first is evicted" \
  $' idle_timeout=60, in_port=1 actions=output:2\n in_port=3 actions=output:2' "$(flows OpenFlow10)"
