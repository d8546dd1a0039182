#!/bin/bash
# Access ports speak one VLAN without its tag, trunk ports carry the VLANs of `trunks` with theirs.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host a10 br0 10.0.0.1/24 tag=10
host b10 br0 10.0.0.2/24 tag=10
host c20 br0 10.0.0.3/24 tag=20
host all br0 10.0.0.4/24
host some br0 10.0.0.5/24 trunks=10,30

reaches a10 10.0.0.2
cut_off a10 10.0.0.3
listen b10 c20 all some

send a10 "$(udp - 1 255 101)"        # untagged into VLAN 10
hears b10 "${untagged}255.101"
hears all 'vlan 10, .*255.101'
hears some 'vlan 10, .*255.101'
hears_not c20 255.101

send a10 "$(udp 10 1 255 102)" "$(udp 20 1 255 103)" "$(udp - 1 255 104)" # access ports take no tags
hears b10 255.104
for name in b10 c20 all some; do hears_not $name '255.10[23]'; done

send all "$(udp 20 4 255 105)" "$(udp 10 4 255 106)" "$(udp - 4 255 107)" "$(udp 30 4 255 108)"
hears c20 "${untagged}255.105"
hears b10 "${untagged}255.106"
hears some 'vlan 30, .*255.108'
hears some 'vlan 10, .*255.106'
hears_not some '255.10[57]'           # neither VLAN 20 nor VLAN 0 (untagged) is in its trunks
hears_not b10 '255.10[578]'

send some "$(udp 20 5 255 109)" "$(udp - 5 255 110)" "$(udp 30 5 255 111)"
hears all 'vlan 30, .*255.111'
hears_not all '255.(109|110)'
hears_not c20 255.109
