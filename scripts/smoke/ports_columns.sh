#!/bin/bash
# What the switch writes into the database about its ports and itself, as OVS does.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
ovs-vsctl add-port br0 extra -- set interface extra type=internal mac='"02:00:00:00:0e:01"'

get() { ovs-vsctl get interface "$@" | xargs; }
same "veth" "up up 1500 full 10000000000" "$(get v-h1 admin_state link_state mtu duplex link_speed)"
same "veth's MAC" "$(cat /sys/class/net/v-h1/address)" "$(column interface v-h1 mac_in_use)"
same "veth's index" "$(cat /sys/class/net/v-h1/ifindex)" "$(get v-h1 ifindex)"
contains "veth's driver" 'driver_name=veth' "$(get v-h1 status)"
same "internal" "$(cat /sys/class/net/extra/address) 02:00:00:00:0e:01" "$(get extra mac_in_use) 02:00:00:00:0e:01"
same "local port" 65534 "$(get br0 ofport)"
same "datapath id is the MAC" "0000$(tr -d : </sys/class/net/br0/address)" "$(column bridge br0 datapath_id)"

ip -n h1 link set eth0 down
becomes 5 down column interface v-h1 link_state
ip -n h1 link set eth0 up
becomes 5 up column interface v-h1 link_state
ip link set v-h1 down
becomes 5 down column interface v-h1 admin_state
ip link set v-h1 up

ovs-vsctl set interface extra mtu_request=1400
becomes 5 1400 column interface extra mtu
same "in the kernel" 1400 "$(cat /sys/class/net/extra/mtu)"

same "cur_cfg follows next_cfg" "$(column Open_vSwitch . next_cfg)" "$(column Open_vSwitch . cur_cfg)"
contains "iface_types" 'internal' "$(column Open_vSwitch . iface_types)"
contains "iface_types" 'patch' "$(column Open_vSwitch . iface_types)"
contains "datapath_types" 'netdev' "$(column Open_vSwitch . datapath_types)"
contains "DPDK" 'DPDK 22' "$(column Open_vSwitch . dpdk_version)"
counted() { [ "$(counter v-h1 rx_packets)" -ge 3 ] && [ "$(counter v-h1 rx_bytes)" -ge 180 ]; }
send h1 "$(udp - 1 255)" "$(udp - 1 255)" "$(udp - 1 255)"
wait_until 15 counted || fail "statistics: $(get v-h1 statistics)"
