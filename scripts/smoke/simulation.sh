#!/bin/bash
# --enable-dummy: a whole switch without root, kernel devices or real time. Frames are injected by
# command, time moves by command, what was sent is read from files.
source "$(dirname "$0")/_init.sh"
start_database
ovs-vsctl --no-wait init
chown -R nobody "$tmp"
chmod -R a+rwX "$tmp"
(
  PATCHBAYD=$(daemon_path "$SWITCH")
  export PATCHBAYD
  setpriv --reuid=65534 --regid=65534 --clear-groups bash -c "
    source '${repository:?}/scripts/lib.sh'
    use_rundir '$tmp'
    start_daemon '$SWITCH' --enable-dummy=override --disable-system"
)
ovs-appctl time/stop
ovs-vsctl add-br br0 -- set bridge br0 datapath_type=dummy other_config:mac-aging-time=15 \
  -- add-br br1 -- set bridge br1 datapath_type=dummy other_config:mac-aging-time=15
ovs-vsctl add-port br0 p1 -- set interface p1 type=dummy ofport_request=1 options:tx_pcap="$tmp/p1-tx.pcap" options:rxq_pcap="$tmp/p1-rx.pcap" \
  -- add-port br0 pa -- set interface pa type=patch options:peer=pb \
  -- add-port br1 pb -- set interface pb type=patch options:peer=pa \
  -- add-port br1 p2 -- set interface p2 type=dummy ofport_request=1 options:pcap="$tmp/p2.pcap"

flow='in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=7,dst=9)'
ovs-appctl netdev-dummy/receive p1 "$flow"
ovs-appctl netdev-dummy/receive p1 "$flow" --len 100
ovs-appctl netdev-dummy/receive p1 0200000000020200000000018899aabbccdd
ovs-appctl time/warp 500 100
files() { ovs-pcap "$tmp/p2.pcap"; }
becomes 5 3 eval 'files | wc -l'
same "the last frame" 0200000000020200000000018899aabbccdd "$(files | tail -1)"
contains "the first" '^02000000000202000000000108004500[0-9a-f]{4}0000000040110*[0-9a-f]+0a0000010a00000200070009' "$(files | head -1)"
same "length as asked" 200 "$(files | sed -n 2p | tr -d '\n' | wc -c)"
same "received by p1" "$(files)" "$(ovs-pcap "$tmp/p1-rx.pcap")"
same "nothing sent by p1" "" "$(ovs-pcap "$tmp/p1-tx.pcap")"
contains "dpif/show" '^dummy@ovs-dummy: hit:1 missed:2$' "$(ovs-appctl dpif/show)"
contains "dpif/show" '^    p1 1/1: \(dummy\)$' "$(ovs-appctl dpif/show)"
contains "flow" 'eth_type\(0x0800\),ipv4\(frag=no\), packets:1, bytes:100, used:[0-9.]+s, actions:' "$(ovs-appctl dpctl/dump-flows)"

same "refused: no such port" "no such dummy netdev" "$(fails ovs-appctl netdev-dummy/receive p9 02 | head -1)"
fails ovs-appctl netdev-dummy/receive p1 zz >/dev/null
same "set-admin-state" OK "$(ovs-appctl netdev-dummy/set-admin-state p2 down)"
ovs-appctl time/warp 100
becomes 5 "down" column interface p2 admin_state
ovs-appctl netdev-dummy/set-admin-state p2 up

ovs-appctl dpif-dummy/change-port-number ovs-dummy p2 77
contains "another number" '^    p2 1/77: \(dummy\)$' "$(ovs-appctl dpif/show)"
ovs-appctl netdev-dummy/receive p1 "$flow"
becomes 5 4 eval 'files | wc -l'
contains "its flows" 'actions:.*\b77\b' "$(ovs-appctl dpctl/dump-flows)"
same "refused: used" "port number already in use" "$(fails ovs-appctl dpif-dummy/change-port-number ovs-dummy p2 1 | head -1)"
same "refused: no number" "bad port number" "$(fails ovs-appctl dpif-dummy/change-port-number ovs-dummy p2 x | head -1)"
same "refused: datapath" "unknown datapath or not a dummy" "$(fails ovs-appctl dpif-dummy/change-port-number dummy p2 9 | head -1)"
same "address" OK "$(ovs-appctl netdev-dummy/ip4addr p2 10.0.0.1/8)"
same "connection" "p2: unknown" "$(ovs-appctl netdev-dummy/conn-state p2)"

# Ages follow the clock that we move.
contains "learned" '02:00:00:00:00:01    [01]$' "$(ovs-appctl fdb/show br1)"
ovs-appctl time/warp 5000 500
contains "older" '02:00:00:00:00:01    [56]$' "$(ovs-appctl fdb/show br1)"
ovs-appctl time/warp 30000 1000
same "expired" "" "$(ovs-appctl fdb/show br1 | sed 1d)"
same "flows too" "" "$(ovs-appctl dpctl/dump-flows | sed '/^flow-dump/d')"
