#!/bin/bash
# Checksums and segmentation that senders leave to others: guests a and b leave them to the switch and
# take frames of 64 kB, guest c does neither, and there are a host behind a tap and one behind a veth.
# Where both ends can, frames stay long; where not, the switch cuts them, and every checksum is right: a
# file keeps what crossed to c, with a tag that was pushed on the way.
# time limit: 240
# ovs: no, because it cannot cut frames for ports that cannot do so themselves, and drops them
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch other_config:pmd-maxsleep=100 other_config:userspace-tso-enable=true
bridge br0
for name in a b c; do
  ovs-vsctl add-port br0 vm-$name -- set interface vm-$name type=dpdkvhostuserclient \
    options:vhost-server-path="$tmp/$name.sock" ofport_request=$(($(printf %d "'$name") - 96))
done
ovs-vsctl add-port br0 file -- set interface file type=dpdk ofport_request=9 \
  options:dpdk-devargs="net_pcap0,tx_pcap=$tmp/sent.pcap"
ovs-ofctl add-flow br0 priority=9,tcp,nw_dst=10.0.0.3,actions=mod_vlan_vid:10,output:9,strip_vlan,normal
host veth br0 10.0.0.8/24
ip netns add tap
ip link set br0 netns tap
ip -n tap addr add 10.0.0.9/24 dev br0
ip -n tap link set br0 up
boot a "$tmp/a.sock" 10.0.0.1/24
# A second card of b, on a bridge of its own, can do nothing.
nothing=csum=off,gso=off,host_tso4=off,host_tso6=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off
bridge br1
ovs-vsctl add-port br1 vm-d -- set interface vm-d type=dpdkvhostuserclient options:vhost-server-path="$tmp/d.sock"
ip netns add far
ip link set br1 netns far
ip -n far addr add 10.1.0.9/24 dev br1
ip -n far link set br1 up
ip -n far route add 10.0.0.0/24 via 10.1.0.2
boot b "$tmp/b.sock" 10.0.0.2/24 -chardev "socket,id=c1,path=$tmp/d.sock,server=on,wait=off" \
  -netdev vhost-user,id=n1,chardev=c1,vhostforce=on \
  -device virtio-net-pci,netdev=n1,mac=02:00:00:00:00:12,vectors=0,disable-legacy=on,$nothing
CARD=$nothing boot c "$tmp/c.sock" 10.0.0.3/24
for name in a b c; do wait_until 90 booted $name || fail "$name does not boot: $(cat "$tmp/$name.console" "$tmp/$name.qemu")"; done
becomes 10 up column interface vm-a link_state

# What was agreed on.
agreed() { for key in {tx,rx}_{tcp_csum,udp_csum,sctp_csum,tcp_seg}; do column interface "$1" "status:${key}_offload"; done | tr '\n' ' '; }
same "offloads of a" "true true false true true true false true " "$(agreed vm-a)"
same "offloads of c" "false false false false false false false false " "$(agreed vm-c)"

# A guest's or a host's side of a connection; hosts are tap, veth and far.
address() { case $1 in a) echo 10.0.0.1 ;; b) echo 10.0.0.2 ;; c) echo 10.0.0.3 ;; veth) echo 10.0.0.8 ;; tap) echo 10.0.0.9 ;; far) echo 10.1.0.9 ;; esac; }
listen_on() {
  case $1 in
    ?) in_guest "$1" 'rm -f /tmp/open /tmp/end; mkfifo /tmp/open; (nc -l -p 5000 <>/tmp/open >/tmp/got; echo >/tmp/end) & echo' >/dev/null ;;
    *)
      on "$1" /usr/bin/python3 -c 'import socket, sys
server = socket.create_server(("", 5000))
print("listening", flush=True)
with server.accept()[0].makefile("rb") as got: open(sys.argv[1], "wb").write(got.read())' "$tmp/got-$1" >"$tmp/listens-$1" &
      echo $! >"$tmp/sink.pid"
      wait_until 5 grep -q listening "$tmp/listens-$1"
      ;;
  esac
}
send_from() {
  case $1 in
    ?) in_guest "$1" "nc $2 5000 </tmp/sent" >/dev/null ;;
    *) on "$1" /usr/bin/python3 -c 'import socket, sys
socket.create_connection((sys.argv[2], 5000)).sendall(open(sys.argv[1], "rb").read())' "$tmp/sent" "$2" ;;
  esac
}
got() {
  case $1 in
    ?) in_guest "$1" 'while [ ! -e /tmp/end ]; do sleep 0.1; done; md5sum </tmp/got' ;;
    *) wait_until 20 gone "$(cat "$tmp/sink.pid")" && md5sum <"$tmp/got-$1" ;;
  esac
}
# The same 4 MB everywhere: numbers.
make_bytes() { printf 'seq 300000 >%s.part; for i in 1 2; do cat %s.part; done >%s' "$1" "$1" "$1"; }
eval "$(make_bytes "$tmp/sent")"
sum=$(md5sum <"$tmp/sent")
for name in a b c; do in_guest $name "$(make_bytes /tmp/sent)" >/dev/null; done
transfer() { # FROM TO
  local start
  listen_on "$2"
  start=$(now)
  send_from "$1" "$(address "$2")"
  same "TCP from $1 to $2" "$sum" "$(got "$2")"
  say "TCP from $1 to $2: 4 MB in $(since "$start") ms"
}
mean_length() { echo $(($(counter "$1" "$2_bytes") / $(counter "$1" "$2_packets"))); }
# frames PORT rx|tx: packets and bytes.
frames() { ovs-ofctl dump-ports br0 "$1" | sed -nE "s/.*$2 pkts=([0-9]+), bytes=([0-9]+),.*/\1 \2/p"; }
# whole FROM TO PORT rx|tx...: transfers until one's frames are longer than any MTU there. How long they get is
# the sender's choice, by the time that answers take: a slow guest sends a millisecond's worth at a time.
whole() {
  for _ in 1 2 3 4 5 6; do
    lengths "$@"
    if all_long; then return; fi
  done
  fail "mean lengths, $*: $(cat "$tmp/lengths")"
}
all_long() { awk '{ bad += $1 < 1600 || $1 > 66000 } END { exit bad || !NR }' "$tmp/lengths"; }
# lengths FROM TO PORT rx|tx...: the mean lengths of a transfer's frames, to a file.
lengths() {
  local from=$1 to=$2 before after n
  shift 2
  mapfile -t before < <(each frames "$@")
  transfer "$from" "$to"
  mapfile -t after < <(each frames "$@")
  for ((n = 0; n < ${#before[@]}; n++)); do
    awk '{ print int(($4 - $2) / ($3 - $1)) }' <<<"${before[n]} ${after[n]}"
  done >"$tmp/lengths"
}
each() { local what=$1; shift; while [ $# -gt 0 ]; do "$what" "$1" "$2"; shift 2; done; }

whole a b vm-a rx vm-b tx
whole a tap LOCAL tx
transfer tap a
transfer a veth
transfer veth a
transfer a c
transfer c a
transfer tap c
transfer veth tap
sleep 6 # the database gets statistics every five seconds
within "mean length of what c gets" 200 1514 "$(mean_length vm-c tx)"
same "cut for a and b" "0 0" "$(counter vm-a tx_software_segmented) $(counter vm-b tx_software_segmented)"
within "cut for c" 50 100000 "$(counter vm-c tx_software_segmented)"
for name in a b c; do
  same "refused from $name" "0 0" "$(counter vm-$name ovs_tx_invalid_hwol_drops) $(counter vm-$name ovs_tx_mtu_exceeded_drops)"
  same "bad segments at $name" "0 0" "$(in_guest $name 'cat /proc/net/snmp' | awk '/^Tcp: [0-9]/ { print $14, $(NF) }')"
done

# In the file: tagged, short, and summed right.
ovs-vsctl del-port file
tcpdump -Z root -n -e -vv -r "$tmp/sent.pcap" >"$tmp/sent.txt" 2>/dev/null
within "frames to c in the file" 5000 50000 "$(grep -c 'vlan 10,' "$tmp/sent.txt")"
same "wrong checksums" 0 "$(grep -cE 'cksum 0x[0-9a-f]+ \((incorrect|bad)|bad cksum' "$tmp/sent.txt" || true)"
same "frames that are too long" 0 "$(awk '/length/ && match($0, /length [0-9]+:/) { n = substr($0, RSTART + 7) + 0; if (n > 1518) print }' "$tmp/sent.txt" | wc -l)"

# A guest that routes: long frames come in, and its second card cannot cut them.
in_guest b 'echo 1 >/proc/sys/net/ipv4/ip_forward; ip link set eth1 up; ip addr add 10.1.0.2/24 dev eth1' >/dev/null
in_guest a 'ip route add 10.1.0.0/24 via 10.0.0.2' >/dev/null
cut=$(counter vm-b tx_software_segmented)
transfer a far
sleep 6
same "cut for b" "$cut" "$(counter vm-b tx_software_segmented)"

# In a VLAN.
for name in a b c; do ovs-vsctl set port vm-$name tag=10; done
transfer a b
transfer a c
contains "ping in fragments" ' 0% packet loss' "$(in_guest a 'ping -c 3 -w 20 -s 30000 10.0.0.2')"
guest_gone a; guest_gone b; guest_gone c
