#!/bin/bash
# Tags and trunks apply on patch ports as on any port: an access patch port adds the tag behind it,
# a trunk lets only its VLANs through.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-a
bridge br-b
patch br-a p-a p-b br-b
host one br-a 10.0.0.1/24 tag=10
host two br-a 10.0.0.2/24 tag=20
host trunk br-b 10.0.0.3/24
host ten br-b 10.0.0.4/24 tag=10
listen trunk ten

# No setting: p-a and p-b are trunks of everything.
send one "$(udp - 1 255 100)"
send two "$(udp - 2 255 200)"
hears trunk 'vlan 10.*10.0.0.1.7 > 10.0.0.255.100'
hears trunk 'vlan 20.*10.0.0.2.7 > 10.0.0.255.200'
hears ten "${untagged}10.0.0.1.7 > 10.0.0.255.100"
hears_not ten '255.200'

# p-a carries VLAN 10 only.
ovs-vsctl set port p-a trunks=10
send two "$(udp - 2 255 201)"
send one "$(udp - 1 255 101)"
hears trunk 'vlan 10.*255.101'
hears_not trunk '255.201'

# p-a as access port of VLAN 10: the tag is gone on br-b, where everything is untagged now.
ovs-vsctl clear port p-a trunks -- set port p-a tag=10
send two "$(udp - 2 255 202)"
send one "$(udp - 1 255 102)"
hears trunk "${untagged}255.102"
hears_not trunk '255.202'
hears_not ten '255.102'

# ... and p-b as access port of VLAN 20 puts one's untagged frames there.
ovs-vsctl set port p-b tag=20
send one "$(udp - 1 255 103)"
hears trunk 'vlan 20.*255.103'
