#!/bin/bash
# Meters let through what they should, count what came and what they stopped, go with their flows, and
# refuse what cannot be.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0 protocols=OpenFlow13,OpenFlow15 fail_mode=secure
for n in 1 2; do host h$n br0 10.0.0.10$n/24; done
of() { ovs-ofctl --no-names -O OpenFlow13 "$@"; }
listen h2

of add-meter br0 'meter=1,pktps,burst,stats,bands=type=drop,rate=1,burst_size=10'
of add-meter br0 'meter=2,kbps,bands=type=drop,rate=1000'
of add-flow br0 'in_port=1,udp,tp_dst=101,actions=meter:1,output:2'
of add-flow br0 'in_port=1,udp,tp_dst=102,actions=meter:2,output:2'
of add-flow br0 'priority=1,in_port=1,actions=output:2'
of add-flow br0 'priority=1,in_port=2,actions=output:1'

# Forty packets at once: the burst passes, and a few more if that took seconds.
mapfile -t frames < <(for _ in $(seq 40); do udp - 1 2 101; done; udp - 1 2 199)
send h1 "${frames[@]}"
hears h2 '0.2.199'
within "passed" 10 14 "$(grep -c '0.2.101' "$tmp/h2.heard")"
dropped() { of meter-stats br0 meter=1 | sed -nE 's/^0: packet_count:([0-9]+) .*/\1/p'; }
within "dropped" 26 30 "$(dropped)"
contains "came" '^meter:1 flow_count:1 packet_in_count:40 byte_in_count:2720 ' "$(of meter-stats br0 meter=1)"

# More than 1 Mbit/s for some seconds: the burst of one second, and 1 Mbit/s after that.
cat >"$tmp/flood.py" <<'P'
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b'', ('10.0.0.102', 1))
time.sleep(0.5)
end = time.time() + 4
while time.time() < end:
    s.sendto(b'x' * 1208, ('10.0.0.102', 102))
    time.sleep(0.002)
P
on h1 /usr/bin/python3 "$tmp/flood.py"
passed=$(grep -c '0.102.102' "$tmp/h2.heard")
within "kbit passed" 3500 6500 $((passed * 1250 * 8 / 1000))
contains "more came" '^meter:2 flow_count:1 packet_in_count:[0-9]{3,} ' "$(of meter-stats br0 meter=2)"

# Who has no meter is not metered.
reaches h1 10.0.0.102

same "config" "OFPST_METER_CONFIG reply (OF1.3) (xid=0x2):
meter=1 kbps burst stats bands=
type=drop rate=5000 burst_size=1000" "$(of mod-meter br0 'meter=1,kbps,burst,stats,bands=type=drop,rate=5000,burst_size=1000'; of dump-meter br0 meter=1)"
contains "counts anew" '^meter:1 flow_count:1 packet_in_count:0 ' "$(of meter-stats br0 meter=1)"
contains "features" '^max_meter:262144 max_bands:8 max_color:0$' "$(of meter-features br0)"

contains "exists" OFPMMFC_METER_EXISTS "$(fails of add-meter br0 meter=1,kbps,bands=type=drop,rate=1)"
contains "unknown" OFPMMFC_UNKNOWN_METER "$(fails of mod-meter br0 meter=9,kbps,bands=type=drop,rate=1)"
contains "band" OFPMMFC_BAD_BAND "$(fails of add-meter br0 meter=9,kbps,bands=type=dscp_remark,rate=1,prec_level=1)"
contains "no such meter" OFPMMFC_INVALID_METER "$(fails of add-flow br0 actions=meter:9,output:1)"
contains "as an action" 'actions=meter:2,output:2' "$(ovs-ofctl --no-names -O OpenFlow15 dump-flows br0)"

of del-meter br0 meter=1
lacks "its flow" meter:1 "$(of dump-flows br0)"
contains "the other" meter:2 "$(of dump-flows br0)"
of del-meters br0
lacks "no flows" meter: "$(of dump-flows br0)"
lacks "no meters" 'meter=[0-9]' "$(of dump-meters br0)"
