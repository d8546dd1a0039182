#!/bin/bash
# Priority tags (VID 0): an access port takes them in; on the way out priority-tags decides whether
# the priority of a packet is shown in one.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host from br0 10.0.0.1/24
host never br0 10.0.0.2/24 tag=10
host ifset br0 10.0.0.3/24 tag=10 other_config:priority-tags=if-nonzero
host always br0 10.0.0.4/24 tag=10 other_config:priority-tags=always
host access br0 10.0.0.5/24 tag=10
listen never ifset always from

send from "$(udp 10.5 1 255 101)" "$(udp 10.0 1 255 102)"
hears never "${untagged}255.101"
hears ifset 'vlan 0, p 5.*255.101'
hears ifset "${untagged}255.102"
hears always 'vlan 0, p 5.*255.101'
hears always "255.102" # with no priority to show, OVS 3.1 shows none

send access "$(udp 0.3 5 255 103)"
hears from 'vlan 10, p 3.*255.103'
hears never "${untagged}255.103"
hears ifset 'vlan 0, p 3.*255.103'
