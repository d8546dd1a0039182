#!/bin/bash
# Packets for controllers, and from them: every format, what a flow says about them, packets that are
# paused and resumed, packet-outs, rate limits, a flood that costs nobody else anything.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0 fail_mode=secure protocols=OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15
for n in 1 2 3; do
  host "h$n" br0 "10.0.0.$n/24"
  ovs-vsctl set interface "v-h$n" ofport_request="$n"
done

# monitor NAME [ARGUMENTS...]: what a controller of that name is sent goes to $tmp/NAME.
declare -A monitors
monitor() {
  local name=$1
  shift
  ovs-ofctl "${@:2}" monitor br0 "$1" >"$tmp/$name" 2>&1 &
  monitors[$name]=$!
}
forget() {
  for name in "${!monitors[@]}"; do kill "${monitors[$name]}" 2>/dev/null || true; done
  wait "${monitors[@]}" 2>/dev/null || true
  monitors=()
}
frame=505400000007505400000005080600010800060400015054000000050a0000010000000000000a000002

# Every format shows the packet as it was at the action, whole, whatever max_len says.
ovs-ofctl add-flow br0 'cookie=0x123,in_port=1,icmp,actions=load:5->NXM_NX_REG3[],mod_dl_src:02:00:00:00:00:09,controller(max_len=30,userdata=01.02.03),output:2'
ovs-ofctl add-flow br0 'in_port=1,arp,actions=output:2'
ovs-ofctl add-flow br0 'in_port=2,actions=output:1'
monitor of10 65534 -P openflow10
monitor nxt 65534 -P nxt_packet_in
monitor nxt2 65534 -P nxt_packet_in2
monitor of13 65534 -O OpenFlow13 -P openflow10
sleep 1
on h1 ping -q -c 1 -W 1 -s 1000 10.0.0.2 >/dev/null
for name in of10 nxt nxt2 of13; do becomes 5 1 eval "grep -c 'via action' $tmp/$name || true"; done
contains "OpenFlow 1.0" '^OFPT_PACKET_IN \(xid=0x0\): total_len=1042 in_port=1 \(via action\) data_len=1042 \(unbuffered\)$' "$(<"$tmp/of10")"
contains "NXT_PACKET_IN" '^NXT_PACKET_IN \(xid=0x0\): cookie=0x123 total_len=1042 reg3=0x5,in_port=1 \(via action\) data_len=1042 \(unbuffered\)$' "$(<"$tmp/nxt")"
contains "NXT_PACKET_IN2" '^NXT_PACKET_IN2 \(xid=0x0\): cookie=0x123 total_len=1042 reg3=0x5,in_port=1 ' "$(<"$tmp/nxt2")"
contains "user data" '^ userdata=01.02.03$' "$(<"$tmp/nxt2")"
contains "OpenFlow 1.3" '^OFPT_PACKET_IN \(OF1.3\) \(xid=0x0\): cookie=0x123 total_len=1042 reg3=0x5,in_port=1 ' "$(<"$tmp/of13")"
contains "the packet" 'dl_src=02:00:00:00:00:09' "$(<"$tmp/of10")"
contains "datapath flow" 'userspace\(pid=0,controller\(reason=1,dont_send=0,continuation=0,recirc_id=[0-9]+,rule_cookie=0x123,controller_id=0,max_len=30\)\),' "$(ovs-appctl dpctl/dump-flows)"
forget

# Why: no flow (only up to 1.2), a flow for the rest, a TTL that ran out.
ovs-ofctl del-flows br0
monitor of10 65534
monitor of13 65534 -O OpenFlow13
monitor ttl 65534 -O OpenFlow10
sleep 1
ovs-ofctl packet-out br0 "in_port=1 packet=$frame actions=table"
becomes 5 1 eval "grep -c 'in_port=1 (via no_match)' $tmp/of10"
ovs-ofctl add-flow br0 'priority=0,actions=controller'
ovs-ofctl packet-out br0 "in_port=1 packet=$frame actions=table"
becomes 5 2 eval "grep -c 'in_port=1 ' $tmp/of10"
same "packets that no flow is for, at 1.3" 1 "$(grep -c 'NXT_PACKET_IN2' "$tmp/of13")"
forget

# A packet is paused, and goes on when the controller says so.
ovs-ofctl del-flows br0
ovs-ofctl add-flow br0 'cookie=0x7,in_port=1,actions=resubmit(,7),output:3'
ovs-ofctl add-flow br0 'table=7,cookie=0x8,actions=load:6->NXM_NX_REG1[],controller(pause),output:2'
sent() { ovs-ofctl dump-ports br0 "$1" | grep -o 'tx pkts=[0-9]*' | tr -dc 0-9; }
before2=$(sent 2) before3=$(sent 3)
ovs-ofctl monitor br0 65534 resume >"$tmp/resume" 2>&1 &
monitors[resume]=$!
sleep 1
ovs-ofctl packet-out br0 "in_port=1 packet=$frame actions=table"
becomes 5 1 eval "grep -c '^send: NXT_RESUME' $tmp/resume"
contains "what is left" '^ continuation.actions=unroll_xlate\(table=7, cookie=8\),output:2,unroll_xlate\(table=0, cookie=7\),output:3$' "$(<"$tmp/resume")"
becomes 5 $((before2 + 1)) sent 2
becomes 5 $((before3 + 1)) sent 3
forget

# Packet-outs: wrong ports and actions are refused.
contains "a group that is not there" 'OFPBAC_BAD_OUT_GROUP' "$(ovs-ofctl -O OpenFlow13 packet-out br0 "in_port=1 packet=$frame actions=group:99" 2>&1)"
contains "no IP header" 'OFPBAC_MATCH_INCONSISTENT' "$(ovs-ofctl -O OpenFlow13 packet-out br0 "in_port=1 packet=$frame actions=mod_nw_tos:4,output:2" 2>&1)"

# A flood of packets for controllers does not stop others, nor does it grow the switch.
ovs-ofctl del-flows br0
ovs-ofctl add-flow br0 'in_port=3,actions=controller'
ovs-ofctl add-flow br0 'in_port=1,actions=output:2'
ovs-ofctl add-flow br0 'in_port=2,actions=output:1'
monitor flood 65534 -P openflow10
sleep 1
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$(<"$OVS_RUNDIR/ovs-vswitchd.pid")/status"; }
before=$(memory)
on h3 ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:77 dev eth0 nud permanent
on h3 timeout 4 ping -q -f -s 1400 10.0.0.1 >/dev/null &
flooder=$!
contains "others" ' 0% packet loss' "$(on h1 ping -q -c 20 -i 0.05 -W 1 10.0.0.2)"
wait "$flooder" || true
after=$(memory)
[ $((after - before)) -lt 65536 ] || fail "memory grew from $before to $after kB"
forget
