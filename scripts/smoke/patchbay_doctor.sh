#!/bin/bash
# patchbay doctor on this machine: it finds what was broken on purpose, the command that it names mends
# it, and scripts are told by the exit status.
# ovs: no, because the doctor is ours
source "$(dirname "$0")/_init.sh"
doctor() { "$repository/.build/release/patchbay" doctor "$@"; }
status() { doctor >/dev/null && echo 0 || echo $?; }
# findings TOPIC: their texts. fix TOPIC: the first one's command.
findings() { doctor --json | /usr/bin/python3 -c "
import json, sys
for f in json.load(sys.stdin)['findings']:
    if f['topic'] == '$1': print(f['${2:-text}'])" || true; }
fix() { findings "$1" fix | head -n 1; }

contains "no database, no switch" '^broken  switch ' "$(doctor || true)"
same "status" 3 "$(status)"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
lacks "a small switch" '^broken' "$(doctor || true)"
same "MTUs are equal" "" "$(findings mtu)"

ip link set v-h1 mtu 3000
becomes 10 "v-h1 sends packets of up to 3000 bytes, of which v-h2 takes 1500: larger ones are dropped" findings mtu
same "slow" 2 "$(status)"
eval "$(fix mtu)"
becomes 10 "" findings mtu

ovs-vsctl add-port br0 dpdk0 -- set interface dpdk0 type=dpdk options:dpdk-devargs=0000:99:00.0
same "DPDK" "dpdk0 cannot work: DPDK is off" "$(findings dpdk)"
same "the card" "dpdk0: this machine has no network card 0000:99:00.0" "$(findings card)"
contains "the port's own words" '^dpdk0 on br0: ' "$(findings interface)"
same "broken" 3 "$(status)"
reserve_hugepages || true
eval "$(fix dpdk)"
same "DPDK is on" "" "$(findings dpdk)"
ovs-vsctl del-port dpdk0
lacks "without the port" '^broken  (card|interface)' "$(doctor || true)"

ovs-vsctl --no-wait set open_vswitch . other_config:dpdk-socket-mem=99999999
contains "huge pages" 'wants 99999999 MB of huge pages on node 0' "$(findings hugepages)"
same "usage" 1 "$(doctor --nonsense 2>/dev/null && echo 0 || echo $?)"
