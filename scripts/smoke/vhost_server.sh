#!/bin/bash
# A virtual machine on a socket that the switch makes (dpdkvhostuser): QEMU connects, and connects again
# by itself once a second. Its QEMU and the switch are killed; each time it comes back.
# ovs: no, because the socket of a killed switch is in the next one's way: its port does not come back
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch other_config:pmd-maxsleep=100 # the guest needs the processors more
bridge br0
ovs-vsctl add-port br0 vm -- set interface vm type=dpdkvhostuser
host h br0 10.0.0.9/24
boot a "=$OVS_RUNDIR/vm" 10.0.0.1/24
wait_until 90 booted a || fail "a does not boot: $(cat "$tmp/a.console" "$tmp/a.qemu")"
becomes 10 up column interface vm link_state
field() { column interface vm "status:$1"; }
same "mode" "server connected $OVS_RUNDIR/vm" "$(field mode) $(field status) $(field socket)"
answers() { on h ping -n -q -c 1 -W 1 -w 1 10.0.0.1; }
back() { # WHAT START
  wait_until 20 answers || fail "a does not come back after $1"
  say "$1: a answers after $(since "$2") ms"
}
back "boot" "$(now)"
for round in 1 2; do
  kill_switch
  start=$(now)
  start_daemon "$SWITCH"
  back "switch killed and started, round $round" "$start"
done
guest_gone a
becomes 5 down column interface vm link_state
boot a "=$OVS_RUNDIR/vm" 10.0.0.1/24
wait_until 90 booted a || fail "a does not boot again: $(cat "$tmp/a.console" "$tmp/a.qemu")"
back "QEMU killed and started" "$(now)"
stop_switch
[ ! -e "$OVS_RUNDIR/vm" ] || fail "a switch that ends leaves its socket"
guest_gone a
