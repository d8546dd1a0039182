#!/bin/bash
# A packet over N bridges is one datapath flow from the first port to the last, without
# recirculation.
source "$(dirname "$0")/_init.sh"
start_switch
bridges=20
for ((n = 1; n <= bridges; n++)); do bridge br$n; done
for ((n = 1; n < bridges; n++)); do patch br$n p$n-next p$n-back br$((n + 1)); done
host left br1 10.0.0.1/24
host right br$bridges 10.0.0.2/24
reaches left 10.0.0.2
reaches left 10.0.0.2

number() { ovs-appctl dpif/show | sed -nE "s|.* $1 [0-9]+/([0-9]+):.*|\1|p"; }
from=$(number v-left) to=$(number v-right)
known="recirc_id\(0\),in_port\($from\),packet_type\(ns=0,id=0\),eth\(src=02:00:00:00:00:01,dst=02:00:00:00:00:02\),eth_type\(0x0800\),ipv4\(frag=no\) actions:$to"
all=$(flows)
same "flows of left's echo requests" 1 "$(grep -cE "in_port\($from\).*eth_type\(0x0800\)" <<<"$all")"
contains "that flow" "^$known\$" "$all"
lacks "recirculation" 'recirc\(|recirc_id\((0x)?[1-9a-f]' "$all"
