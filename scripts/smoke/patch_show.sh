#!/bin/bash
# How a patch port looks: the text of ovs-vsctl show, dpif/show and ovs-ofctl show; no device in
# the kernel and no port of the datapath.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
bridge br1
patch br0 patch0 patch1 br1

show=$(ovs-vsctl show | sed 1d)
contains "show" '^        Port patch0$' "$show"
same "show, the port" "        Port patch0
            Interface patch0
                type: patch
                options: {peer=patch1}" "$(grep -A3 'Port patch0' <<<"$show")"

dpif=$(ovs-appctl dpif/show)
contains "dpif/show" '^netdev@ovs-netdev: hit:[0-9]+ missed:[0-9]+$' "$dpif"
same "dpif/show" "  br0:
    br0 65534/N: (tap)
    patch0 1/none: (patch: peer=patch1)
  br1:
    br1 65534/N: (tap)
    patch1 1/none: (patch: peer=patch0)" "$(sed -e 1d -e 's|65534/[0-9]*|65534/N|' <<<"$dpif")"

lacks "dpctl/show" patch "$(ovs-appctl dpctl/show)"
lacks "dpctl/dump-flows" patch "$(ovs-appctl dpctl/dump-flows)"
lacks "no device in the kernel" patch "$(ip -br link)"

mac=$(column interface patch0 mac_in_use)
same "ovs-ofctl show" " 1(patch0): addr:$mac
     config:     0
     state:      0
     speed: 0 Mbps now, 0 Mbps max" "$(ovs-ofctl show br0 | grep -A3 '1(patch0)')"
same "the database's columns" "up up 0 [] [] [] {}" "$(ovs-vsctl get interface patch0 \
  admin_state link_state ifindex mtu link_speed duplex status | xargs)"
