#!/bin/bash
# The peer option of a working patch port is changed under traffic: packets take the new way at
# once, and the end that was left says that it is alone.
# ovs: no, because it goes on sending to the old peer until the port is made anew
source "$(dirname "$0")/_init.sh"
start_switch
for name in br-a br-b br-c; do bridge $name; done
host left br-a 10.0.0.1/24
host right br-b 10.0.0.2/24
host third br-c 10.0.0.3/24
patch br-a p-a p-b br-b
number=$(column interface p-a ofport)
reaches left 10.0.0.2
stream left 10.0.0.2

ovs-vsctl add-port br-c p-c -- set interface p-c type=patch options:peer=p-a \
  -- set interface p-a options:peer=p-c
reaches left 10.0.0.3
cut_off left 10.0.0.2
becomes 5 "No usable peer 'p-a' exists in 'netdev' datapath." column interface p-b error
same "p-a's ofport" "$number" "$(column interface p-a ofport)"

ovs-vsctl set interface p-a options:peer=p-b -- del-port p-c
same "p-b healed" "[]" "$(ovs-vsctl get interface p-b error)"
reaches left 10.0.0.2
same "p-a's ofport" "$number" "$(column interface p-a ofport)"
