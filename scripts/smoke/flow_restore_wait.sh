#!/bin/bash
# A switch that starts with other_config:flow-restore-wait=true moves no packet and calls no controller,
# while ovs-save's script brings back flows, groups and the table of tunnel options. When the word is
# taken away it works, with these flows; set again, it means nothing to a switch that works.
source "$(dirname "$0")/_init.sh"
# ovs: no, because it loses the restored flows of a bridge with controllers when the wait ends (all else passes)
start_switch
bridge br0 fail_mode=secure
bridge br1
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
host h3 br1 10.0.1.1/24
host h4 br1 10.0.1.2/24
ovs-vsctl set-controller br0 tcp:127.0.0.1:6653
ovs-ofctl add-tlv-map br0 '{class=0xffff,type=1,len=4}->tun_metadata0'
ovs-ofctl -O OpenFlow14 add-group br0 'group_id=1,type=all,bucket=output:2'
printf '%s\n' 'in_port=1 actions=group:1' 'in_port=2 actions=output:1' \
  'table=3,idle_timeout=2,tcp actions=drop' 'table=4,tun_metadata0=5,ip actions=move:tun_metadata0[0..15]->reg0[0..15],resubmit(,5)' |
  ovs-ofctl add-flows br0 -
ovs-ofctl -O OpenFlow14 replace-flows br1 - <<<'priority=7 actions=normal'
reaches h1 10.0.0.2
reaches h3 10.0.1.2
tables() {
  ovs-ofctl --no-names --no-stats dump-flows br0 | sort
  ovs-ofctl --no-names --no-stats dump-flows br1 | sort
  ovs-ofctl -O OpenFlow14 dump-groups br0 | grep -o 'group_id.*'
  ovs-ofctl dump-tlv-map br0 | grep 0xffff
}
before=$(tables)
same "flows, groups, options" 7 "$(wc -l <<<"$before")"

/usr/share/openvswitch/scripts/ovs-save save-flows br0 br1 >"$tmp/restore"
stop_switch
/usr/bin/python3 - "$tmp/calls" <<'END' & # the controller: notes who calls
import socket, sys
listener = socket.create_server(("127.0.0.1", 6653))
open(sys.argv[1], "w").close()
while True:
    listener.accept()[0].close()
    open(sys.argv[1], "a").write("call\n")
END
disown
wait_until 5 test -e "$tmp/calls"
ovs-vsctl --no-wait set open_vswitch . other_config:flow-restore-wait=true
start_daemon "$SWITCH"
cut_off h1 10.0.0.2
cut_off h3 10.0.1.2
bash "$tmp/restore"
becomes 5 "$before" tables
cut_off h1 10.0.0.2
sleep 2.5 # longer than the idle timeout and the first pause between calls
same "flows do not age meanwhile" "$before" "$(tables)"
same "calls of the controller" "" "$(cat "$tmp/calls")"
same "flows of the datapath" "" "$(flows)"

ovs-vsctl remove open_vswitch . other_config flow-restore-wait=true
reaches h1 10.0.0.2
reaches h3 10.0.1.2
wait_until 10 test -s "$tmp/calls" || fail "the controller was not called"
contains "flows stay when controllers come" 'in_port=1 actions=group:1' "$(tables)"
lacks "idle flows age" 'idle_timeout' "$(sleep 3; tables)"

ovs-vsctl set open_vswitch . other_config:flow-restore-wait=true
reaches h1 10.0.0.2
