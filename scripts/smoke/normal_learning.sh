#!/bin/bash
# NORMAL: an unknown destination floods, a known one goes to its port only, never back where it
# came from; the fdb commands show, add, delete and flush.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
for n in 1 2 3; do host h$n br0 10.0.0.10$n/24; done # frames: from .1 .2, not theirs
listen h1 h2 h3

send h1 "$(udp - 1 2 101)" "$(udp - 1 2 102)" # flooded: nobody knows h2
hears h2 2.102
hears h3 2.102
send h2 "$(udp - 2 1 103)"
hears h1 1.103
hears_not h3 1.103
becomes 5 "    1     0  02:00:00:00:00:01
    2     0  02:00:00:00:00:02" eval 'ovs-appctl fdb/show br0 | sed "1d;s/ *[0-9]*$//" | sort'
send h1 "$(udp - 1 2 104)"
hears h2 2.104
hears_not h3 2.104
ovs-appctl revalidator/wait           # else h1's last packets are learned again after the move
send h3 "$(udp - 1 1 105)"            # to a MAC that has moved to h3's own port: dropped
becomes 5 3 eval "ovs-appctl fdb/show br0 | awk '/00:01/ { print \$1 }'"
hears_not h1 1.105
contains "moved" 'Total number of port moved MAC entries  : 1' "$(ovs-appctl fdb/stats-show br0)"

ovs-appctl fdb/add br0 v-h2 0 02:00:00:00:00:99
contains "static" '^ +2 +0  02:00:00:00:00:99  static$' "$(ovs-appctl fdb/show br0)"
contains "counted" 'Current static MAC entries in the table : 1' "$(ovs-appctl fdb/stats-show br0)"
send h1 "$(udp - 1 153 106)"
hears h2 153.106
hears_not h3 153.106
ovs-appctl fdb/del br0 0 02:00:00:00:00:99
lacks "deleted" 00:99 "$(ovs-appctl fdb/show br0)"
send h1 "$(udp - 1 153 107)"
hears h3 153.107

ovs-appctl revalidator/wait
same "fdb/flush says" "table successfully flushed" "$(ovs-appctl fdb/flush br0)"
same "no such bridge" "no such bridge
ovs-appctl: ovs-vswitchd: server returned an error" "$(fails ovs-appctl fdb/show br9)"
fails ovs-appctl fdb/add br0 v-h9 0 02:00:00:00:00:99
