#!/bin/bash
# A patch port whose peer does not exist yet has an ofport and drops; it joins when the peer
# appears. Both ends must name each other.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-ex
bridge br-int
host left br-ex 10.0.0.1/24
host right br-int 10.0.0.2/24

ovs-vsctl add-port br-ex p-ex -- set interface p-ex type=patch options:peer=p-int
number=$(column interface p-ex ofport)
within "ofport" 1 65279 "$number"
cut_off left 10.0.0.2
same "nothing crossed" 0 "$(dump_counter br-int LOCAL rx)"
contains "dpif/show" "p-ex $number/none: \(patch: peer=p-int\)" "$(ovs-appctl dpif/show)"

ovs-vsctl add-port br-int p-int -- set interface p-int type=patch options:peer=p-other
becomes 5 "No usable peer 'p-other' exists in 'netdev' datapath." column interface p-int error
cut_off left 10.0.0.2

ovs-vsctl set interface p-int options:peer=p-ex
same "joined" "[]" "$(ovs-vsctl get interface p-int error)"
same "ofport kept" "$number" "$(column interface p-ex ofport)"
reaches left 10.0.0.2
