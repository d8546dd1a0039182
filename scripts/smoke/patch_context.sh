#!/bin/bash
# The far bridge starts afresh: registers, metadata and tunnel are empty there and in_port is the
# far end's; on return everything is as it was before the crossing.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-a
bridge br-b
host left br-a 10.0.0.1/24
host right br-b 10.0.0.2/24
host witness br-a 10.0.0.3/24
patch br-a p-a p-b br-b

for name in br-a br-b; do ovs-ofctl del-flows $name; done
state='reg0=0x5,metadata=0x6,tun_id=0x7'
ovs-ofctl add-flow br-a "in_port=p-a,actions=v-left"
ovs-ofctl add-flow br-a "in_port=v-left,actions=load:5->NXM_NX_REG0[],load:6->OXM_OF_METADATA[],load:7->NXM_NX_TUN_ID[],p-a,resubmit(,1)"
ovs-ofctl add-flow br-a "table=1,in_port=v-left,$state,actions=v-witness"
ovs-ofctl add-flow br-b "priority=9,$state,actions=drop"
ovs-ofctl add-flow br-b "in_port=p-b,reg0=0,metadata=0,tun_id=0,actions=load:9->NXM_NX_REG0[],v-right"
ovs-ofctl add-flow br-b "in_port=v-right,actions=p-b"

listen right witness
send left "$(udp - 1 2)"
hears right '10.0.0.1.7 > 10.0.0.2.9'
hears witness '10.0.0.1.7 > 10.0.0.2.9'
reaches left 10.0.0.2
