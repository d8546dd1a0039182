#!/bin/bash
# A MAC is learned on every bridge that its packets cross, on the patch port they came from, and
# moves on all of them.
source "$(dirname "$0")/_init.sh"
start_switch
for n in 1 2 3; do bridge br$n; done
patch br1 p12 p21 br2
patch br2 p23 p32 br3
host left br1 10.0.0.1/24
host right br3 10.0.0.2/24
host other br2 10.0.0.3/24
reaches left 10.0.0.2

learned() { # BRIDGE MAC: the port's name
  local port
  port=$(ovs-appctl fdb/show "$1" | awk -v mac="$2" '$3 == mac { print $1 }')
  ovs-vsctl --bare --columns=name find interface ofport="$port" |
    grep -xF "$(ovs-vsctl list-ifaces "$1")"
}
left=02:00:00:00:00:01 right=02:00:00:00:00:02
same "left on br1" v-left "$(learned br1 $left)"
same "left on br2" p21 "$(learned br2 $left)"
same "left on br3" p32 "$(learned br3 $left)"
same "right on br1" p12 "$(learned br1 $right)"
same "right on br2" p23 "$(learned br2 $right)"
same "right on br3" v-right "$(learned br3 $right)"
same "fdb/show's heading" " port  VLAN  MAC                Age" "$(ovs-appctl fdb/show br2 | head -1)"

# Right's MAC turns up on br2: left's packets go there at once.
send other "Ether(src='$right',dst='$left')/('x'*50)"
same "right moved, br2" v-other "$(learned br2 $right)"
same "right, br1" p12 "$(learned br1 $right)"
send right "Ether(src='$right',dst='$left')/('x'*50)"
same "right is back" p23 "$(learned br2 $right)"
reaches left 10.0.0.2
