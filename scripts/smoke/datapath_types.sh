#!/bin/bash
# Every usual datapath_type means our datapath: nothing, system and netdev share packets.
# ovs: no, because without its kernel module "" and system have no datapath
source "$(dirname "$0")/_init.sh"
start_switch
ovs-vsctl add-br br0 -- add-br br1 -- set bridge br1 datapath_type=system \
  -- add-br br2 -- set bridge br2 datapath_type=netdev
patch br0 p01 p10 br1
patch br1 p12 p21 br2
host left br0 10.0.0.1/24
host right br2 10.0.0.2/24
reaches left 10.0.0.2
lacks "errors" error "$(ovs-vsctl show)"
contains "datapath_types" system "$(column Open_vSwitch . datapath_types)"
