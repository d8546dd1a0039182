#!/bin/bash
# Queues of a port go to and fro between PMD threads under full traffic, and every packet arrives, each
# flow in its order. Two receive queues replay two million numbered packets each, of 64 flows; what leaves
# is written to a file.
source "$(dirname "$0")/_init.sh"
packets=2000000
mkdir -p "$tmp/pcap"
mount -t tmpfs -o size=1500m tmpfs "$tmp/pcap"
cat >"$tmp/numbered.py" <<'END'
import struct, sys
def write(path, queue, count):
  ether = bytes.fromhex("0200000000020200000000010800")
  with open(path, "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    record = struct.pack("<IIII", 0, 0, 60, 60)
    heads = []
    for flow in range(64):
      ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0, bytes([10, queue, 0, flow]), bytes([10, 9, 0, flow]))
      heads.append(record + ether + ip + struct.pack(">HHHH", 1000 + flow, 2000, 26, 0))
    chunk = []
    for n in range(count):
      chunk.append(heads[n & 63] + struct.pack(">II10x", queue, n))
      if len(chunk) == 4096: file.write(b"".join(chunk)); chunk = []
    file.write(b"".join(chunk))
def check(path, count):
  data = open(path, "rb").read()
  last, seen, at = {}, [0, 0], 24
  while at + 16 <= len(data):
    length = struct.unpack_from("<I", data, at + 8)[0]
    queue, n = struct.unpack_from(">II", data, at + 16 + 42)
    at += 16 + length
    flow = queue << 8 | n & 63
    if last.get(flow, -1) >= n: sys.exit(f"queue {queue}: {n} comes behind {last[flow]}")
    last[flow] = n
    seen[queue] += 1
  print(*seen)
if sys.argv[1] == "write":
  for queue in (0, 1): write(f"{sys.argv[2]}/in{queue}.pcap", queue, int(sys.argv[3]))
else: check(sys.argv[2], int(sys.argv[3]))
END
/usr/bin/python3 "$tmp/numbered.py" write "$tmp/pcap" "$packets"

dpdk_switch
ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x3
bridge br0
ovs-ofctl del-flows br0
ovs-vsctl add-port br0 out -- set interface out type=dpdk ofport_request=2 \
  options:dpdk-devargs="net_pcap1,tx_pcap=$tmp/pcap/out.pcap"
# A megaflow for each of the 128 flows.
for queue in 0 1; do
  for flow in {0..63}; do echo "priority=9,ip,nw_src=10.$queue.0.$flow,actions=output:2"; done
done | ovs-ofctl add-flows br0 -
ovs-vsctl add-port br0 in -- set interface in type=dpdk ofport_request=1 options:n_rxq=2 \
  other_config:pmd-rxq-affinity='"0:0,1:1"' \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/pcap/in0.pcap,rx_pcap=$tmp/pcap/in1.pcap"

# sum TEXT: of all PMD threads.
sum() { ovs-appctl dpif-netdev/pmd-stats-show | awk -F': ' -v text="$1" '$1 ~ text {n += $2} END {print n}'; }
# What comes before the first flows are there is more than can wait for them.
warm() {
  [ "$(ovs-appctl dpif-netdev/pmd-stats-show | grep -cE '^  emc hits: [0-9]{5}')" = 2 ]
}
wait_until 20 warm || fail "$(ovs-appctl dpif-netdev/pmd-stats-show)"
lost() { sum 'miss with failed upcall'; }
settled() { local before; before=$(lost); sleep 0.1; [ "$before" = "$(lost)" ]; }
wait_until 10 settled
cold=$(lost)

moves=0
all_in() { [ "$(sum 'packets received')" -ge $((2 * packets)) ]; }
until all_in || [ "$moves" -ge 400 ]; do
  ovs-vsctl --no-wait set interface in other_config:pmd-rxq-affinity='"0:1,1:0"'
  ovs-vsctl --no-wait set interface in other_config:pmd-rxq-affinity='"0:0,1:1"'
  moves=$((moves + 2))
done
wait_until 30 all_in || fail "$(sum 'packets received') received"
[ "$moves" -ge 10 ] || fail "only $moves moves"
same "nothing lost while queues moved" "$cold" "$(lost)"
ovs-vsctl del-port out # closes the file
contains "the log tells of it" 'Core  1 on numa node 0 is pinned with port .in. rx queue 0' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
arrived=$(/usr/bin/python3 "$tmp/numbered.py" check "$tmp/pcap/out.pcap" "$packets") || fail "$arrived"
same "all others arrived, in order" $((2 * packets - cold)) "$((${arrived/ /+}))"
