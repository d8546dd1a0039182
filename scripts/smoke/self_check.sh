#!/bin/bash
# The self-check compares packets' flows with the tables all the time, and raises no alarm while tables,
# learned addresses and groups change.
# ovs: no, because it has no such thing
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
bridge br1
patch br0 pa pb br1
host a br0 10.0.0.1/24
host b br1 10.0.0.2/24
reaches a 10.0.0.2

checked() { ovs-appctl patchbay/self-check | sed -n 's/^packets checked: //p'; }
enough() { [ "$(checked)" -ge "$1" ]; }
same "before" "wrong flows: 0" "$(ovs-appctl patchbay/self-check | grep wrong)"
stream a 10.0.0.2 0.002
for n in $(seq 12); do
  ovs-ofctl -O OpenFlow13 add-flow br0 "priority=$((n % 7 + 2)),ip,nw_tos=$((n % 3 * 4)),actions=dec_ttl,NORMAL"
  ovs-ofctl -O OpenFlow13 --may-create mod-group br1 "group_id=1,type=select,bucket=actions=NORMAL,bucket=weight:$n,actions=NORMAL"
  ovs-ofctl -O OpenFlow13 add-flow br1 "priority=$((n % 5 + 2)),icmp,actions=group:1"
  if [ $((n % 5)) = 0 ]; then ovs-appctl fdb/flush br0 >/dev/null; ovs-ofctl del-flows br0 ip; fi
done
wait_until 20 enough 30
within "loss in percent" 0 0 "$(stream_loss a 10.0.0.2)"
contains "after" '^wrong flows: 0$' "$(ovs-appctl patchbay/self-check)"
contains "how often" '^  one packet of [0-9]+ bursts$' "$(ovs-appctl patchbay/self-check)"
lacks "coverage" self_check_mismatch "$(ovs-appctl coverage/show)"
lacks "log" 'self_check' "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
