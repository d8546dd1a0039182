#!/bin/bash
# Two virtual machines (QEMU, Debian's kernel) on vhost-user ports of two bridges joined by patch ports:
# ping, TCP, two queues; then one reboots, its QEMU is killed, and the switch is killed. Each time the
# link comes back by itself; the times are printed.
# time limit: 240
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch other_config:pmd-maxsleep=100 # the guests need the processors more
bridge br-a
bridge br-b
patch br-a p-a p-b br-b
for side in a b; do
  ovs-vsctl add-port br-$side vm-$side -- set interface vm-$side type=dpdkvhostuserclient \
    options:vhost-server-path="$tmp/$side.sock" mtu_request=9000
done
host h br-a 10.0.0.9/24
export MTU=9000
boot a "$tmp/a.sock" 10.0.0.1/24
boot b "$tmp/b.sock" 10.0.0.2/24
for name in a b; do wait_until 90 booted $name || fail "$name does not boot: $(cat "$tmp/$name.console" "$tmp/$name.qemu")"; done

# Everything works.
field() { column interface "$1" "status:$2"; }
becomes 10 up column interface vm-a link_state
same "vrings" "connected 4 256 9000" \
  "$(field vm-a status) $(field vm-a num_of_vrings) $(field vm-a vring_0_size) $(field vm-a mtu)"
for queue in 0 1; do
  contains "queue $queue" "port: vm-a +queue-id:  $queue \(enabled\)" "$(ovs-appctl dpif-netdev/pmd-rxq-show)"
done
contains "ping" ' 0% packet loss' "$(in_guest a 'ping -c 3 -w 20 10.0.0.2')"
contains "ping with large frames" ' 0% packet loss' "$(in_guest a 'ping -c 3 -w 20 -s 8000 10.0.0.2')"
in_guest b 'mkfifo /tmp/open; (nc -l -p 5000 <>/tmp/open >/tmp/got; echo >/tmp/end) & echo' >/dev/null
in_guest a 'head -c 33554432 /dev/urandom >/tmp/sent' >/dev/null
start=$(now)
in_guest a 'nc 10.0.0.2 5000 </tmp/sent' >/dev/null
say "TCP: 32 MB from guest to guest in $(since "$start") ms"
same "TCP" "$(in_guest a 'md5sum </tmp/sent')" "$(in_guest b 'while [ ! -e /tmp/end ]; do sleep 0.1; done; md5sum </tmp/got')"

# VLANs: access ports of one VLAN, of two, and none again.
ovs-vsctl set port vm-a tag=10 -- set port vm-b tag=10
contains "ping in a VLAN" ' 0% packet loss' "$(in_guest a 'ping -c 2 -w 20 10.0.0.2')"
ovs-vsctl set port vm-b tag=20
contains "ping between VLANs" ' 100% packet loss' "$(in_guest a 'ping -c 2 -W 1 -w 3 10.0.0.2')"
ovs-vsctl clear port vm-a tag -- clear port vm-b tag

# Memory that is plugged into a running guest: its rings stay, and packets in the new memory cross.
for command in "object_add memory-backend-memfd,id=more,size=128M,share=on" "device_add pc-dimm,id=dimm0,memdev=more"; do
  printf '%s\n' "$command" >"$tmp/a.monitor.in"
done
# shellcheck disable=SC2016 # the guest's shell expands it
in_guest a 'block=/sys/devices/system/memory/memory32/state
until [ -e $block ]; do sleep 0.2; done
echo online >$block && head -c 110000000 /dev/zero >/tmp/fill' >/dev/null
contains "ping with more memory" ' 0% packet loss' "$(in_guest a 'ping -c 3 -w 20 -s 8000 10.0.0.2')"

# A guest's answer to the host behind the other bridge tells when it is there.
answers() { on h ping -n -q -c 1 -W 1 -w 1 10.0.0.2; }
wait_until 10 answers || fail "the host does not reach b"

back() { # WHAT START LIMIT
  wait_until "$3" answers || fail "b does not come back after $1"
  took=$(since "$2")
  say "$1: b answers after $took ms"
}

# Queues at run time: one driver gives up its queues and takes them again.
in_guest b 'echo virtio0 >/sys/bus/virtio/drivers/virtio_net/unbind' >/dev/null
becomes 10 down column interface vm-b link_state
if ours; then contains "why" "^(connected, )?waiting for" "$(field vm-b reason)"; fi
start=$(now)
in_guest b 'echo virtio0 >/sys/bus/virtio/drivers/virtio_net/bind; ip link set eth0 mtu 9000 up; ip addr add 10.0.0.2/24 dev eth0' >/dev/null
back "driver stopped and started" "$start" 20

: >"$tmp/b.console"
start=$(now)
printf 'reboot -f\n' >"$tmp/b.in"
wait_until 90 booted b || fail "b does not boot again: $(cat "$tmp/b.console")"
say "reboot: b booted after $(since "$start") ms"
start=$(now)
back "reboot" "$start" 10

guest_gone b
becomes 5 down column interface vm-b link_state
rm -f "$tmp/b.sock"
start=$(now)
boot b "$tmp/b.sock" 10.0.0.2/24
wait_until 90 booted b || fail "b does not boot after it was killed: $(cat "$tmp/b.console")"
say "QEMU killed and started: b booted after $(since "$start") ms"
start=$(now)
back "QEMU killed and started" "$start" 10

kill_switch
start=$(now)
start_daemon "$SWITCH"
say "switch killed and started: ready after $(since "$start") ms"
back "switch killed and started" "$start" 20
# 0.3 s on a machine that has nothing else to do.
if ours; then within "milliseconds from the switch's start" 0 2000 "$took"; fi
contains "ping at the end" ' 0% packet loss' "$(in_guest a 'ping -c 3 -w 20 10.0.0.2')"
guest_gone a
guest_gone b
