#!/bin/bash
# Groups of all types carry packets as OpenFlow says, with their statistics; a fast-failover group
# follows its ports; flows go with the group they name; what cannot be is refused.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0 protocols=OpenFlow10,OpenFlow13,OpenFlow15 fail_mode=secure
for n in 1 2 3 4; do host h$n br0 10.0.0.10$n/24; done
of() { ovs-ofctl --no-names -O OpenFlow13 "$@"; }
of15() { ovs-ofctl --no-names -O OpenFlow15 "$@"; }
listen h1 h2 h3 h4

# all: a copy for every bucket, each as the packet came to the group
of add-group br0 'group_id=1,type=all,bucket=mod_dl_src:02:00:00:00:00:77,output:2,bucket=output:3'
of add-flow br0 'in_port=1,udp,tp_dst=101,actions=group:1,output:4'
send h1 "$(udp - 1 9 101)"
hears h2 '00:77 > .*0.9.101'
hears h3 '00:01 > .*0.9.101'
hears h4 '00:01 > .*0.9.101'
counts() { of dump-group-stats br0 "group_id=$1" | grep -oE 'packet_count=[0-9]+' | tr '\n' ' '; }
becomes 8 'packet_count=1 packet_count=1 packet_count=1 ' counts 1

# indirect, reached through the action set, which is carried out in its order
of add-group br0 'group_id=2,type=indirect,bucket=output:4'
of add-flow br0 'in_port=1,udp,tp_dst=102,actions=write_actions(group:2,mod_dl_dst:02:00:00:00:00:99)'
send h1 "$(udp - 1 9 102)"
hears h4 '00:99, .*0.9.102'

# select: every connection through one bucket, all buckets in use; none to a weight of 0
of15 add-group br0 'group_id=3,type=select,selection_method=hash,fields(ip_src,udp_src),bucket=output:2,bucket=output:3,bucket=weight:0,output:4'
of add-flow br0 'in_port=1,udp,tp_dst=103,actions=group:3'
of add-group br0 'group_id=4,type=select,bucket=output:2,bucket=output:3'
of add-flow br0 'in_port=1,udp,tp_dst=104,actions=group:4'
spread() { # TP_DST
  for i in $(seq 1 24); do
    printf 'Ether(src="02:00:00:00:00:01",dst="02:00:00:00:00:09")/IP(src="10.0.1.%d",dst="10.0.0.9")/UDP(sport=%d,dport=%d)/("x"*26)\n' "$i" "$((1000 + i))" "$1"
  done
}
mapfile -t frames < <(spread 103; spread 103; spread 104; spread 104)
send h1 "${frames[@]}"
for port in 103 104; do
  total() { cat "$tmp"/h[234].heard | grep -c "0.9.$port:"; }
  becomes 10 48 total
  on_both=$(grep -ohE "10.0.1.[0-9]+\.[0-9]+ > 10.0.0.9.$port:" "$tmp"/h[23].heard | sort | uniq -c | grep -c ' 2 ')
  same "both packets of a connection arrive" 24 "$on_both"
  for n in 2 3; do within "h$n, $port" 4 44 "$(grep -c "0.9.$port:" "$tmp/h$n.heard")"; done
  both=$(comm -12 <(grep -oE "10.0.1.[0-9]+.* > 10.0.0.9.$port" "$tmp/h2.heard" | sort -u) <(grep -oE "10.0.1.[0-9]+.* > 10.0.0.9.$port" "$tmp/h3.heard" | sort -u))
  same "no connection on two buckets" "" "$both"
  hears_not h4 "0.9.$port:"
done

# fast failover: the first bucket whose port or group lives
of add-group br0 'group_id=5,type=ff,bucket=watch_port:2,output:2,bucket=watch_group:6,output:3,bucket=watch_port:4,output:4'
of add-group br0 'group_id=6,type=ff,bucket=watch_port:3,output:3'
of add-flow br0 'priority=1,in_port=1,udp,actions=group:5'
send h1 "$(udp - 1 9 111)"
hears h2 '0.9.111'
ip link set v-h2 down
becomes 5 down column interface v-h2 link_state
ovs-appctl revalidator/wait
send h1 "$(udp - 1 9 112)"
hears h3 '0.9.112'
ip link set v-h3 down
becomes 5 down column interface v-h3 link_state
ovs-appctl revalidator/wait
send h1 "$(udp - 1 9 113)"
hears h4 '0.9.113'
ip link set v-h2 up
becomes 5 up column interface v-h2 link_state
ovs-appctl revalidator/wait
send h1 "$(udp - 1 9 114)"
hears h2 '0.9.114'
for n in 112 113; do hears_not h2 "0.9.$n"; done
ip link set v-h3 up

# buckets come and go
of15 add-group br0 'group_id=7,type=all,bucket=bucket_id:1,output:2'
of15 insert-buckets br0 'group_id=7,command_bucket_id=last,bucket=bucket_id:2,output:3,bucket=bucket_id:3,output:4'
of15 remove-buckets br0 'group_id=7,command_bucket_id=2'
contains "buckets" '^ group_id=7,type=all,bucket=bucket_id:1,actions=output:2,bucket=bucket_id:3,actions=output:4$' "$(of15 dump-groups br0)"
of add-flow br0 'in_port=1,udp,tp_dst=105,actions=group:7'
send h1 "$(udp - 1 9 105)"
hears h2 '0.9.105'
hears h4 '0.9.105'
hears_not h3 '0.9.105'

contains "exists" OFPGMFC_GROUP_EXISTS "$(fails of add-group br0 group_id=7,type=all)"
contains "unknown" OFPGMFC_UNKNOWN_GROUP "$(fails of mod-group br0 group_id=70,type=all)"
of --may-create mod-group br0 group_id=70,type=all
contains "no such bucket" OFPGMFC_UNKNOWN_BUCKET "$(fails of15 remove-buckets br0 group_id=7,command_bucket_id=9)"
contains "no such group" OFPBAC_BAD_OUT_GROUP "$(fails of add-flow br0 actions=group:71)"
contains "features" '^       max_groups=0xffffff00$' "$(of dump-group-features br0)"

contains "references" 'group_id=7,.*ref_count=1,' "$(of dump-group-stats br0 group_id=7)"
of del-groups br0 group_id=7
lacks "its flow" 'group:7' "$(of dump-flows br0)"
contains "other flows" 'group:5' "$(of dump-flows br0)"
of del-groups br0
lacks "all flows" group "$(of dump-flows br0)"
lacks "no groups" group_id "$(of dump-groups br0)"
