#!/bin/bash
# Frames to reserved multicast addresses (01:80:c2:00:00:0x) stay here unless forward-bpdu is set.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
listen h2
bpdu() { echo "Ether(src='02:00:00:00:00:01',dst='01:80:c2:00:00:0$1',type=0x9999)/('$2'*50)"; }

send h1 "$(bpdu 0 a)" "$(bpdu e b)" "$(bpdu f b)" "$(udp - 1 255 101)"
hears h2 255.101
hears_not h2 01:80:c2:00:00:0
lacks "nothing learned from the like" 01:80:c2 "$(ovs-appctl fdb/show br0)"

ovs-vsctl set bridge br0 other_config:forward-bpdu=true
send h1 "$(bpdu 0 a)" "$(bpdu e b)"
hears h2 01:80:c2:00:00:00
hears h2 01:80:c2:00:00:0e
