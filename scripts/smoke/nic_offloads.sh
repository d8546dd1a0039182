#!/bin/bash
# A card that cuts frames itself: a virtio card of DPDK, whose other end is a vhost-user port of a second
# switch. What a guest leaves to the first crosses it whole and arrives as it was sent. And a sender that
# leaves nothing to anybody has its segments merged for those who take long frames.
# time limit: 240
# ovs: no, because it leaves nothing to cards unless it is told to
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
# far COMMAND...: at the second switch, which has br1.
far() { (use_rundir "$tmp/far" && "$@"); }
far dpdk_switch other_config:pmd-maxsleep=100 other_config:dpdk-socket-mem=256
far bridge br1
far ovs-vsctl add-port br1 wire -- set interface wire type=dpdkvhostuser
# The card's driver shows all memory to the other end, which takes eight pieces.
dpdk_switch other_config:pmd-maxsleep=100 other_config:dpdk-extra="--no-pci --single-file-segments"
bridge br0
ovs-vsctl add-port br0 nic -- set interface nic type=dpdk \
  options:dpdk-devargs="net_virtio_user7,path=$tmp/far/wire,queue_size=1024"
ovs-vsctl add-port br0 vm-a -- set interface vm-a type=dpdkvhostuserclient options:vhost-server-path="$tmp/a.sock"
ip netns add tap
ip link set br1 netns tap
ip -n tap addr add 10.0.0.9/24 dev br1
ip -n tap link set br1 up
host plain br0 10.0.0.8/24
host veth br0 10.0.0.7/24
on plain ethtool -K eth0 tx off tso off gso off >/dev/null
INITRD=initrd.iperf3 boot a "$tmp/a.sock" 10.0.0.1/24
wait_until 90 booted a || fail "a does not boot: $(cat "$tmp/a.console" "$tmp/a.qemu")"
becomes 10 up far column interface wire link_state
becomes 10 up column interface vm-a link_state
same "the card's offloads" "true true" "$(column interface nic status:tx_tcp_csum_offload) $(column interface nic status:tx_tcp_seg_offload)"

# A file comes as it was sent.
seq 600000 >"$tmp/sent"
on tap /usr/bin/python3 -c 'import socket, sys
server = socket.create_server(("", 5000))
print("listening", flush=True)
with server.accept()[0].makefile("rb") as got: open(sys.argv[1], "wb").write(got.read())' "$tmp/got" >"$tmp/listens" &
receiver=$!
wait_until 5 grep -q listening "$tmp/listens"
in_guest a 'seq 600000 >/tmp/sent; nc 10.0.0.9 5000 </tmp/sent' >/dev/null
wait_until 20 gone "$receiver" || fail "the file does not end"
same "file" "$(md5sum <"$tmp/sent")" "$(md5sum <"$tmp/got")"

# lengths BRIDGE PORT rx|tx COMMAND...: the mean length of the port's frames while the command runs.
frames() { ovs-ofctl dump-ports "$1" "$2" | tr '\n' ' ' | sed -E "s/.*$3 pkts=([0-9]+), bytes=([0-9]+).*/\1 \2/"; }
lengths() {
  local bridge=$1 port=$2 way=$3 before
  shift 3
  before=$(frames "$bridge" "$port" "$way")
  "$@" >"$tmp/iperf3" 2>&1 || fail "$*: $(cat "$tmp/iperf3")"
  echo "$before $(frames "$bridge" "$port" "$way")" | awk '{ print int(($4 - $2) / ($3 - $1)) }'
}
on tap iperf3 -s -D --pidfile "$tmp/tap.pid"
on veth iperf3 -s -D --pidfile "$tmp/veth.pid"
in_guest a 'iperf3 -s -D; echo' >/dev/null
within "what a guest sends crosses the card whole" 1600 66000 \
  "$(lengths br0 nic tx in_guest a 'iperf3 -t 3 -c 10.0.0.9')"
# Frames as if from a wire become longer where that is welcome, and only there.
within "what a guest gets" 1600 66000 "$(lengths br0 vm-a tx on plain iperf3 -t 3 -c 10.0.0.1)"
within "what a veth gets" 1600 66000 "$(lengths br0 v-veth tx on plain iperf3 -t 3 -c 10.0.0.7)"
within "what a card gets" 1000 1514 "$(lengths br0 nic tx on plain iperf3 -t 3 -c 10.0.0.9)"
within "what a tap gets" 1600 66000 "$(far lengths br1 LOCAL tx on plain iperf3 -t 3 -c 10.0.0.9)"
sleep 6 # the database gets statistics every five seconds
for name in vm-a v-veth; do within "merged for $name" 100 100000000 "$(counter $name tx_software_merged)"; done
same "cut for the card" 0 "$(counter nic tx_software_segmented)"
for name in nic vm-a; do
  same "refused by $name" "0 0" "$(counter $name ovs_tx_invalid_hwol_drops) $(counter $name ovs_tx_mtu_exceeded_drops)"
done
bad() { awk '/^Tcp: [0-9]/ { print $14, $(NF) }'; }
same "bad segments in the guest" "0 0" "$(in_guest a 'cat /proc/net/snmp' | bad)"
same "bad segments behind the tap" "0 0" "$(on tap cat /proc/net/snmp | bad)"
same "bad segments behind the veth" "0 0" "$(on veth cat /proc/net/snmp | bad)"
stop_pid "$tmp/tap.pid" TERM
stop_pid "$tmp/veth.pid" TERM
guest_gone a
