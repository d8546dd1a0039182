#!/bin/bash
# ovs-ofctl adds, shows, changes and deletes flows; packets obey at once.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
for n in 1 2 3; do host h$n br0 10.0.0.10$n/24; done
reaches h1 10.0.0.102
rules() { ovs-ofctl dump-flows br0 | sed -E '1d; s/ cookie=0x0, duration=[^,]*, //; s/n_packets=[^ ]* n_bytes=[^ ]* (idle_age=[0-9]+, ?)?//' | sort; }
same "the flow of a bridge without controller" "table=0, priority=0 actions=NORMAL" "$(rules)"

ovs-ofctl del-flows br0
cut_off h1 10.0.0.102
ovs-ofctl add-flow br0 'priority=10,in_port=v-h1,dl_type=0x0800,nw_dst=10.0.0.0/28,actions=output:v-h2,output:v-h3'
ovs-ofctl add-flow br0 'in_port=1,dl_vlan=10,actions=strip_vlan,mod_dl_dst:02:00:00:00:00:99,2'
ovs-ofctl add-flow br0 'in_port=2,actions=mod_vlan_vid:20,mod_vlan_pcp:3,in_port'
ovs-ofctl add-flow br0 'in_port=3,udp,tp_dst=9,actions=flood'
ovs-ofctl add-flow br0 'priority=9,in_port=3,udp,tp_dst=10,actions=drop'
ovs-ofctl add-flow br0 'priority=8,in_port=3,dl_src=02:00:00:00:00:03,actions=all'
same "dump-flows" "table=0, in_port=1,dl_vlan=10 actions=strip_vlan,mod_dl_dst:02:00:00:00:00:99,output:2
table=0, in_port=2 actions=mod_vlan_vid:20,mod_vlan_pcp:3,IN_PORT
table=0, priority=10,ip,in_port=1,nw_dst=10.0.0.0/28 actions=output:2,output:3
table=0, priority=8,in_port=3,dl_src=02:00:00:00:00:03 actions=ALL
table=0, priority=9,udp,in_port=3,tp_dst=10 actions=drop
table=0, udp,in_port=3,tp_dst=9 actions=FLOOD" "$(rules)"

listen h1 h2 h3
send h1 "$(udp - 1 2 101)" "$(udp - 1 20 102)" "$(udp 10 1 2 103)"
hears h2 '0.2.101'
hears h3 '0.2.101'
hears h2 '00:01 > 02:00:00:00:00:99, IPv4.*0.2.103'
hears_not h2 '0.20.102'
send h2 "$(udp - 2 5 104)"
hears h2 'vlan 20, p 3, .*0.5.104'
send h3 "$(udp - 3 5 9)" "$(udp - 3 5 10)" "$(udp - 3 5 105)"
hears h1 '0.5.9:'
hears h2 '0.5.105'
hears_not h1 '0.5.10:'

matched() { ovs-ofctl dump-flows br0 "$1" | grep -oE 'n_packets=[0-9]+'; }
becomes 5 n_packets=1 matched in_port=3,udp,tp_dst=9
contains "aggregate" 'packet_count=[0-9]+ byte_count=[0-9]+ flow_count=6' "$(ovs-ofctl dump-aggregate br0)"

ovs-ofctl mod-flows br0 'in_port=3,udp,tp_dst=9,actions=drop'
contains "modified" 'udp,in_port=3,tp_dst=9 actions=drop' "$(rules)"
ovs-ofctl --strict del-flows br0 'priority=8,in_port=3,dl_src=02:00:00:00:00:03'
ovs-ofctl del-flows br0 in_port=3
lacks "deleted" 'in_port=3' "$(rules)"
ovs-ofctl del-flows br0
same "none" "" "$(rules)"
contains "bad flow" 'unknown keyword' "$(fails ovs-ofctl add-flow br0 'nonsense=1,actions=drop')"
contains "no bridge" 'br9 is not a bridge or a socket' "$(fails ovs-ofctl dump-flows br9)"
