#!/bin/bash
# ovs-ofctl show, dump-ports, dump-ports-desc and mod-port.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
reaches h1 10.0.0.2
show=$(ovs-ofctl show br0)
contains "dpid" "^OFPT_FEATURES_REPLY \(xid=0x2\): dpid:$(column bridge br0 datapath_id)\$" "$show"
contains "tables" '^n_tables:254, n_buffers:0$' "$show"
contains "capabilities" '^capabilities: FLOW_STATS TABLE_STATS PORT_STATS QUEUE_STATS ARP_MATCH_IP$' "$show"
contains "actions" '^actions: output enqueue set_vlan_vid set_vlan_pcp strip_vlan mod_dl_src mod_dl_dst mod_nw_src mod_nw_dst mod_nw_tos mod_tp_src mod_tp_dst$' "$show"
contains "port" "^ 1\(v-h1\): addr:$(cat /sys/class/net/v-h1/address)\$" "$show"
contains "speed" '^     speed: 10000 Mbps now, 0 Mbps max$' "$show"
contains "config" '^OFPT_GET_CONFIG_REPLY \(xid=0x4\): frags=normal miss_send_len=0$' "$show"
same "dump-ports-desc" "$(grep -A20 '^ 1(v-h1)' <<<"$show" | grep -v '^OFPT')" \
  "$(ovs-ofctl dump-ports-desc br0 | sed 1d)"
contains "local port is down" '^     config:     PORT_DOWN$' "$show"

within "received" 4 20 "$(dump_counter br0 v-h1 rx)"
within "sent" 4 20 "$(dump_counter br0 v-h1 tx)"
contains "dump-ports" '^OFPST_PORT reply \(xid=0x[0-9a-f]+\): 3 ports$' "$(ovs-ofctl dump-ports br0)"

ovs-ofctl mod-port br0 v-h2 no-forward
contains "mod-port" 'config:     NO_FWD' "$(ovs-ofctl show br0 | grep -A1 v-h2)"
cut_off h1 10.0.0.2
ovs-ofctl mod-port br0 v-h2 forward
reaches h1 10.0.0.2
ovs-ofctl mod-port br0 v-h2 no-receive
cut_off h1 10.0.0.2
ovs-ofctl mod-port br0 v-h2 receive
ovs-ofctl mod-port br0 v-h2 no-flood
ovs-appctl fdb/flush br0
listen h2
send h1 "$(udp - 1 77 101)"
reaches h2 10.0.0.1 -c 1 || true
hears_not h2 0.77.101
