#!/bin/bash
# What others do to our kernel devices: delete them and make them anew, move a port into a namespace
# and delete that, raise the MTU. The switch notices, forwards on, and never spins.
# ovs: no, because its row of a deleted device shows no error, and large frames are lost on veths
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host left br0 10.0.0.1/24
host right br0 10.0.0.2/24
daemon=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
ticks() { awk '{ print $14 + $15 }' "/proc/$daemon/stat"; }
rests() {
  local before
  before=$(ticks)
  sleep 1
  within "ticks of an idle second, $1" 0 30 $(($(ticks) - before))
}

ip link add va type veth peer name vb
ip link set va up
ovs-vsctl add-port br0 va
ip link del va
becomes 5 "could not open network device va (No such device)" column interface va error
rests "device gone"
ip netns add far
ip link add va type veth peer name vb
ip link set vb netns far
ip link set va up
becomes 5 '[]' column interface va error
ip -n far addr add 10.0.0.3/24 dev vb
ip -n far link set vb up
reaches left 10.0.0.3
becomes 5 up column interface va link_state
ip -n far link set vb down
becomes 5 down column interface va link_state
ip -n far link set vb up

# An internal port in a container's namespace, which then goes away with everything in it.
ovs-vsctl add-port br0 inner -- set interface inner type=internal
ip netns add container
ip link set inner netns container
ip -n container addr add 10.0.0.4/24 dev inner
ip -n container link set inner up
reaches container 10.0.0.2
ip netns del container
rests "namespace gone"
ovs-vsctl del-port inner

# Jumbo frames, after the port was made.
for end in va v-left; do ip link set "$end" mtu 9000; done
ip -n far link set vb mtu 9000
ip -n left link set eth0 mtu 9000
becomes 5 9000 column interface va mtu
on left ping -q -c 2 -W 2 -s 8000 -M "do" 10.0.0.3 >/dev/null || fail "no jumbo frames"
reaches left 10.0.0.2
