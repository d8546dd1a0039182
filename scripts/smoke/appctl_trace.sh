#!/bin/bash
# ofproto/trace across a patch pair, in OVS's words.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-ex
bridge br-int
host left br-ex 10.0.0.1/24
host right br-int 10.0.0.2/24
patch br-ex p-ex p-int br-int
reaches left 10.0.0.2
to=$(ovs-appctl dpif/show | sed -nE 's|.* v-right [0-9]+/([0-9]+):.*|\1|p')

same "trace" "Flow: icmp,in_port=1,vlan_tci=0x0000,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,icmp_type=0,icmp_code=0

bridge(\"br-ex\")
---------------
 0. priority 0
    NORMAL
     -> forwarding to learned port

bridge(\"br-int\")
----------------
 0. priority 0
    NORMAL
     -> forwarding to learned port

Final flow: unchanged
Megaflow: recirc_id=0,eth,ip,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_frag=no
Datapath actions: $to" "$(ovs-appctl ofproto/trace br-ex in_port=v-left,icmp,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2)"

ovs-ofctl add-flow br-int 'priority=5,in_port=p-int,ip,nw_dst=10.0.0.2,actions=mod_dl_src:02:00:00:00:00:77,v-right'
traced=$(ovs-appctl ofproto/trace br-ex in_port=v-left,icmp,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2)
contains "rule" '^ 0\. ip,in_port=2,nw_dst=10\.0\.0\.2, priority 5$' "$traced"
contains "action" '^    mod_dl_src:02:00:00:00:00:77$' "$traced"
contains "megaflow" '^Megaflow: .*nw_dst=10\.0\.0\.2' "$traced"
contains "actions" "^Datapath actions: set\(eth\(src=02:00:00:00:00:77\)\),$to\$" "$traced"

traced=$(ovs-appctl ofproto/trace br-ex in_port=v-left,arp,dl_src=02:00:00:00:00:01,dl_dst=ff:ff:ff:ff:ff:ff)
contains "flood" 'no learned MAC for destination, flooding' "$traced"
