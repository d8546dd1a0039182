#!/bin/bash
# Two guests (testpmd as virtio drivers) on vhost-user ports of two bridges that are joined by patch
# ports: packets cross both ways; a guest stops and starts; the switch is killed and starts again.
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch
bridge br-a
bridge br-b
patch br-a p-a p-b br-b
for side in a b; do
  ovs-vsctl add-port br-$side vm-$side -- set interface vm-$side type=dpdkvhostuserclient \
    options:vhost-server-path="$tmp/$side.sock"
  ovs-ofctl add-flow br-$side "in_port=vm-$side,actions=p-$side"
  ovs-ofctl add-flow br-$side "in_port=p-$side,actions=vm-$side"
done
field() { column interface "$1" "status:$2"; }
same "no guest yet" "client disconnected down" "$(field vm-a mode) $(field vm-a status) $(column interface vm-a link_state)"
if ours; then
  contains "why" "waiting for the hypervisor to make the socket $tmp/a.sock since 20" "$(field vm-a reason)"
fi

card=server=1,queue_size=1024,mrg_rxbuf=0,in_order=0,vectorized=1
sender() { virtio_user a "path=$tmp/a.sock,$card" --forward-mode=flowgen; }
mirror() { virtio_user b "path=$tmp/b.sock,queues=2,$card" --forward-mode=macswap --rxq=2 --txq=2; }
sender
mirror
count() { dump_counter "br-${1#vm-}" "$1" "$2" | tr "?" 0; } # OVS knows nothing before the first guest
crossing() { # more came back than before
  local before
  before=$(count vm-a tx)
  sleep 0.2
  [ "$(count vm-a tx)" -gt $((before + 1000)) ]
}
wait_until 20 crossing || fail "nothing comes back: $(ovs-vsctl get interface vm-a statistics -- get interface vm-b statistics)"

becomes 20 up column interface vm-b link_state
same "of the guest" "connected 4 1024 0" \
  "$(field vm-b status) $(field vm-b num_of_vrings) $(field vm-b vring_3_size) $(field vm-b numa)"
contains "features" '^0x00000001[0-9a-f]{8}$' "$(field vm-b features)"
same "no offloads that nobody could finish" 0 $(($(field vm-b features) & (1 << 0 | 1 << 11 | 1 << 12)))
queues=$(ovs-appctl dpif-netdev/pmd-rxq-show)
contains "queue 0" 'port: vm-b +queue-id:  0 \(enabled\)' "$queues"
contains "queue 1" 'port: vm-b +queue-id:  1 \(enabled\)' "$queues"
contains "dpctl/show" 'vm-b \(dpdkvhostuserclient: configured_rx_queues=2, configured_tx_queues=2, mtu=1500, requested_rx_queues=2' \
  "$(ovs-appctl dpctl/show)"
sleep 6
for key in ovs_tx_retries ovs_tx_failure_drops ovs_tx_mtu_exceeded_drops ovs_rx_qos_drops rx_q0_good_packets \
  tx_q0_good_bytes rx_1_to_64_packets; do
  contains "statistics" "(^\{| )$key=[0-9]" "$(ovs-vsctl get interface vm-b statistics)"
done

# A guest is killed: the other one sends on, and what it sends is counted as lost for this reason.
start=$(now)
guest_gone b
becomes 5 down column interface vm-b link_state
say "guest killed: seen after $(since "$start") ms"
if ours; then
  contains "why" "(nobody listens on $tmp/b.sock any more|waiting for the hypervisor)" "$(field vm-b reason)"
  sleep 6
  [ "$(counter vm-b tx_guest_down_drops)" -gt 1000 ] || fail "$(ovs-vsctl get interface vm-b statistics)"
fi
rm -f "$tmp/b.sock"
mirror
wait_until 5 test -S "$tmp/b.sock"
start=$(now)
wait_until 10 crossing || fail "nothing after the guest came back"
say "guest started: packets $(since "$start") ms after its socket"

# The switch is killed: the guests' cards wait for the next one.
kill_switch
start=$(now)
start_daemon "$SWITCH"
say "switch started: ready after $(since "$start") ms"
wait_until 10 crossing || fail "nothing after the switch came back"
say "switch started: packets after $(since "$start") ms"

# Taking a port away while packets come and go.
ovs-vsctl del-port vm-b
ovs-vsctl add-port br-b vm-b -- set interface vm-b type=dpdkvhostuserclient options:vhost-server-path="$tmp/b.sock"
wait_until 10 crossing || fail "nothing after the port came back"
# A setting that changes nothing for the guest: the link stays.
resets=$(column interface vm-b link_resets)
ovs-vsctl set interface vm-b options:tx-retries-max=0 mtu_request=9000
becomes 5 9000 column interface vm-b mtu
wait_until 10 crossing || fail "nothing after another MTU"
same "the link stayed up" "$resets" "$(column interface vm-b link_resets)"
guest_gone a
guest_gone b
