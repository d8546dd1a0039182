#!/bin/bash
# One run of bench-restart: SWITCH=patchbay|ovs KILLS=N MEMORY=MB. Prints for each restart a line
# "result READY FIRST-PACKET".
source "$(dirname "$0")/../smoke/_init.sh"
source "$(dirname "$0")/../smoke/_guest.sh"
taskset -pc 0 $$ >/dev/null
settings=(other_config:dpdk-socket-mem="$MEMORY")
if [ "$MEMORY" = 0 ]; then settings=(-- remove Open_vSwitch . other_config dpdk-socket-mem); fi
dpdk_switch "${settings[@]}"
bridge br0
host h br0 10.0.0.9/24
two_guests br0

# The way: h -> a -> b -> h. Nobody asks for anybody's address.
in_guest a "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/conf/eth0/send_redirects
echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects; ip route add 10.1.0.0/24 via 10.0.0.2; arp -s 10.0.0.2 02:00:00:00:00:02" >/dev/null
in_guest b "ip addr add 10.1.0.2/32 dev lo; arp -s 10.0.0.9 02:00:00:00:00:09" >/dev/null
ip -n h neigh replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
ip -n h route add 10.1.0.0/24 via 10.0.0.1
ip netns exec h ping -n -D -i 0.005 10.1.0.2 >"$tmp/pings" &
echo $! >"$tmp/pings.pid"

# first_reply START: milliseconds from then to the first reply.
first_reply() {
  awk -v start="$1" '/bytes from/ { t = substr($1, 2) * 1000 - start; if (t > 0) { printf "%d\n", t; done = 1; exit } }
    END { exit !done }' "$tmp/pings"
}
for _ in $(seq "$KILLS"); do
  wait_until 20 first_reply "$(now)" || fail "nothing crosses: $(tail -n 3 "$tmp/pings")"
  kill_switch
  start=$(now)
  start_daemon "$SWITCH"
  ready=$(since "$start")
  wait_until 20 first_reply "$start" || fail "nothing crosses after a restart"
  say "result $ready $(first_reply "$start")"
  sleep 2
done
if [ -n "${KEEP:-}" ]; then cp "$OVS_LOGDIR/ovs-vswitchd.log" "$KEEP"; fi
stop_pid "$tmp/pings.pid"
guest_gone a; guest_gone b
