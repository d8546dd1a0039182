#!/bin/bash
# native-tagged and native-untagged ports: untagged frames are of the port's own VLAN on the way in;
# on the way out native-untagged takes that tag off, native-tagged leaves it on.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host a10 br0 10.0.0.1/24 tag=10
host c20 br0 10.0.0.2/24 tag=20
host nu br0 10.0.0.3/24 tag=10 vlan_mode=native-untagged trunks=20
host nt br0 10.0.0.4/24 tag=10 vlan_mode=native-tagged trunks=20
listen a10 c20 nu nt

send a10 "$(udp - 1 255 101)"
hears nu "${untagged}255.101"
hears nt 'vlan 10, .*255.101'
send c20 "$(udp - 2 255 102)"
hears nu 'vlan 20, .*255.102'
hears nt 'vlan 20, .*255.102'

send nu "$(udp - 3 255 103)" "$(udp 10 3 255 104)" "$(udp 20 3 255 105)" "$(udp 30 3 255 106)"
hears a10 "${untagged}255.103"
hears a10 "${untagged}255.104"
hears c20 "${untagged}255.105"
hears nt 'vlan 10, .*255.103'
hears nt 'vlan 20, .*255.105'
for name in a10 c20 nt; do hears_not $name 255.106; done

send nt "$(udp - 4 255 107)" "$(udp 20 4 255 108)"
hears a10 "${untagged}255.107"
hears nu "${untagged}255.107"
hears c20 "${untagged}255.108"
hears_not a10 255.108
