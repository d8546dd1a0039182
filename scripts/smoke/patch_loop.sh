#!/bin/bash
# A loop of patch ports is recognised as one: the copy is dropped where it closes, a log line and a
# counter name the ports, and every other copy and port goes on.
# ovs: no, because it goes round until its depth limit and delivers each frame dozens of times
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-a
bridge br-b
host left br-a 10.0.0.1/24
host right br-b 10.0.0.2/24
host quiet br-a 10.0.0.3/24
patch br-a a1 b1 br-b
patch br-a a2 b2 br-b

listen right quiet
stream left 10.0.0.3
send left "$(udp - 1 255 101)"
hears right 255.101
hears quiet 255.101
sleep 0.5
# Two ways lead to right, and each of the two copies may come back once the other way round.
within "copies at the right" 1 4 "$(heard right | grep -c 255.101)"
within "copies beside" 1 5 "$(heard quiet | grep -c 255.101)"

log=$(cat "$OVS_LOGDIR/ovs-vswitchd.log")
contains "log" 'WARN\|.*loop.*(a1|a2|b1|b2)' "$log"
within "lines in the log" 1 20 "$(grep -c 'WARN.*loop' <<<"$log")"
contains "coverage" 'loop' "$(ovs-appctl coverage/show)"
within "loss beside the loop, percent" 0 5 "$(stream_loss left 10.0.0.3)"

ovs-vsctl del-port a2 -- del-port b2
ovs-appctl fdb/flush br-a; ovs-appctl fdb/flush br-b
reaches left 10.0.0.2
