#!/bin/bash
# The generator: `patchbay bench` sends through a real switch, by two memif ports, and gets everything
# back; its counts are the switch's. Then a search for the throughput, and what goes wrong.
source "$(dirname "$0")/_init.sh"
patchbay=$(dirname "${PATCHBAYD:-$repository/.build/release/patchbayd}")/patchbay
# The switch's worker has core 1.
# bench STATUS OPTION...: what it says goes to the files "table" and "progress".
bench() {
  local expected=$1 status=0
  shift
  "$patchbay" bench --cores 0 --eal "-m 128" "$@" >"$tmp/table" 2>"$tmp/progress" || status=$?
  [ "$status" = "$expected" ] || fail "status $status: $(cat "$tmp/progress")"
}
memif() { echo "net_memif$1,role=$2,id=$1,socket=$tmp/memif.sock,socket-abstract=no"; }
field() { python3 -c 'import functools, json, sys
print(functools.reduce(lambda v, k: v[int(k) if k.isdigit() else k], sys.argv[1:], json.load(sys.stdin)))' "$@"; }

dpdk_switch
bridge br0 fail_mode=secure
ovs-vsctl add-port br0 in -- set interface in type=dpdk options:dpdk-devargs="$(memif 0 server)" \
  -- add-port br0 out -- set interface out type=dpdk options:dpdk-devargs="$(memif 1 server)"
ovs-ofctl add-flow br0 'in_port=in,ip,nw_dst=198.19.0.0/16,actions=out'
ovs-ofctl add-flow br0 'in_port=in,ipv6,ipv6_dst=2001:2:0:2::/64,actions=out'
# The switch has two send queues: of its PMD thread and of the others.
through=(--port "$(memif 0 client)" --sink "$(memif 1 client)" --queues 2)

# Nothing is lost at a low rate, and both sides count the same.
bench 0 "${through[@]}" --rate 0.01 --seconds 4 --flows 1000 --ip mix --proto mix --size imix --loss 0 \
  --latency --json "$tmp/run.json" --plot "$tmp/run.svg"
cat "$tmp/table"
contains "table" '^lost +0 ' "$(cat "$tmp/table")"
contains "percentiles" '^ +99\.99 +[0-9.]+$' "$(cat "$tmp/table")"
contains "progress" '^1 s +0\.0[0-9]+ ' "$(cat "$tmp/progress")"
lacks "DPDK's chatter" 'EAL|MEMIF|TELEMETRY' "$(cat "$tmp/table" "$tmp/progress")"
contains "plot" '<polyline points=' "$(cat "$tmp/run.svg")"
sent=$(field trials 0 tx_packets <"$tmp/run.json")
within "sent" 20 40000 "$sent"
same "received" "$sent" "$(field trials 0 rx_packets <"$tmp/run.json")"
same "in order" 0 "$(field trials 0 reordered <"$tmp/run.json")"
# OVS shows the driver's counters, and memif forgets them when its peer goes. The database has them a few
# seconds after the switch.
if ours; then
  becomes 10 "$sent" dump_counter br0 in rx
  becomes 30 "$sent" counter in rx_packets
fi
flow_packets() { ovs-ofctl dump-flows br0 | sed -nE 's/.*n_packets=([0-9]+).*/\1/p' | awk '{ n += $1 } END { print n }'; }
becomes 10 "$sent" flow_packets

# What a rule drops is lost: the status says so, and how much it was.
ovs-ofctl add-flow br0 'priority=40000,in_port=in,ip,nw_dst=198.19.0.1,actions=drop'
bench 2 "${through[@]}" --rate 0.01 --seconds 4 --flows 4 --loss 0.1 --json -
within "loss in percent" 20 33 "$(($(field trials 0 lost <"$tmp/table") * 100 / $(field trials 0 tx_packets <"$tmp/table")))"
ovs-ofctl --strict del-flows br0 'priority=40000,in_port=in,ip,nw_dst=198.19.0.1'

# RFC 2544: a search ends with a rate that passes.
search=(--rfc2544 --loss 0.05 --seconds 0.3 --warm-up 0.3 --flows 16 --vlan 5)
bench 2 "${through[@]}" "${search[@]}" --net 10.0.0.0,10.1.0.0
contains "no rule for these" '^no rate was found' "$(cat "$tmp/table")"
bench 0 "${through[@]}" "${search[@]}" --json "$tmp/search.json" --plot "$tmp/search.svg"
contains "trials" '^trial 1 .* (pass|fail)$' "$(cat "$tmp/progress")"
within "packets per second" 1000 200000000 "$(printf %.0f "$(field throughput tx_pps <"$tmp/search.json")")"
contains "plot" '<rect ' "$(cat "$tmp/search.svg")"

# Errors say what to do.
bench 1 --port 0000:7f:1f.7
contains "no such PCI device" '^Error: cannot open port 0000:7f:1f.7: ' "$(cat "$tmp/progress")"
contains "advice" 'dpdk-devbind' "$(cat "$tmp/progress")"
bench 1 --port net_nonsense0
contains "no such driver" 'a virtual device is written like' "$(cat "$tmp/progress")"
bench 1 --port "net_memif7,role=server,id=7,socket=$tmp/other.sock,socket-abstract=no" --wait 0.2
contains "no peer" 'no link after 0.2 s' "$(cat "$tmp/progress")"
bench 1 --port net_null0 --size 63
contains "usage" '--size is between 64 and 9600' "$(cat "$tmp/progress")"
