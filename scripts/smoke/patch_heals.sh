#!/bin/bash
# A patch port made by three commands, one after the other, goes from error to working by itself;
# the whole pair in one transaction works at once.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-ex
bridge br-int
host left br-ex 10.0.0.1/24
host right br-int 10.0.0.2/24

said=$(ovs-vsctl add-port br-ex p-ex 2>&1)
contains "first command" "Error detected while setting up 'p-ex': could not open network device p-ex \(No such device\)\.  See ovs-vswitchd log for details\." "$said"
same "no such device" "could not open network device p-ex (No such device)" "$(column interface p-ex error)"
same "no ofport" -1 "$(column interface p-ex ofport)"

ovs-vsctl set interface p-ex type=patch
same "no peer" "p-ex: patch type requires valid 'peer' argument" "$(column interface p-ex error)"
same "still no ofport" -1 "$(column interface p-ex ofport)"

ovs-vsctl set interface p-ex options:peer=p-int
becomes 5 "No usable peer 'p-int' exists in 'netdev' datapath." column interface p-ex error
within "an ofport" 1 65279 "$(column interface p-ex ofport)"
cut_off left 10.0.0.2

ovs-vsctl add-port br-int p-int -- set interface p-int type=patch options:peer=p-ex
same "healed" "[]" "$(ovs-vsctl get interface p-ex error)"
same "healed, far end" "[]" "$(ovs-vsctl get interface p-int error)"
reaches left 10.0.0.2
lacks "no error is left" error "$(ovs-vsctl show)"

ovs-vsctl del-port p-ex -- del-port p-int
cut_off left 10.0.0.2
patch br-ex p-ex p-int br-int
same "at once" "[]" "$(ovs-vsctl get interface p-ex error)"
reaches left 10.0.0.2
