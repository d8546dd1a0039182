#!/bin/bash
# fail_mode: standalone (or nothing) without a controller switches by itself; secure has no flows
# until somebody adds one.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
bridge br1 fail_mode=secure
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
host h3 br1 10.1.0.3/24
host h4 br1 10.1.0.4/24
reaches h1 10.0.0.2
cut_off h3 10.1.0.4
same "no flows" "" "$(ovs-ofctl dump-flows br1 | sed 1d)"
contains "show" 'fail_mode: secure' "$(ovs-vsctl show)"
ovs-ofctl add-flow br1 actions=NORMAL
reaches h3 10.1.0.4
ovs-vsctl set-fail-mode br0 secure
same "becomes secure" "" "$(ovs-ofctl dump-flows br0 | sed 1d)"
ovs-vsctl del-fail-mode br0
becomes 5 1 eval "ovs-ofctl dump-flows br0 | grep -c 'priority=0 actions=NORMAL'"
reaches h1 10.0.0.2
