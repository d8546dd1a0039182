#!/bin/bash
# A server with two network cards behind an IOMMU: the package is installed, patchbay-bind-nic gives the
# cards to vfio-pci, systemd starts Patchbay in its sandbox, and what comes in at one card goes through two
# bridges and their patch ports out at the other. A card that is unplugged is its port's trouble alone; and
# one that is bound late, or plugged in and bound again, works without a word to the database.
# ovs: no, because it does not let go of a card that is unplugged
# time limit: 300
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
source "$(dirname "$0")/_root.sh"
source "$(dirname "$0")/_nic.sh"
prepare_server 150
head -c 2000000 /dev/urandom >"$root/srv/data"
boot_server 160 e1000e vmxnet3
wait_until 150 booted server || fail "the server did not boot: $(cat "$tmp/server."{console,qemu})"

list=$(server 'modprobe -a e1000e vmxnet3; ip link set lo up; patchbay-bind-nic')
contains "the list" '^0000:01:00.0 +e1000e +eth[01] +[0-9]+ ' "$list"
contains "the list" '^0000:02:00.0 +vmxnet3 +eth[01] +[0-9]+ ' "$list"
bind() { contains "bound" "^0000:$1 is bound to vfio-pci: options:dpdk-devargs=0000:$1" "$(server "patchbay-bind-nic $1")"; }
bind 01:00.0

# Of links the emulated e1000e tells by the old kind of interrupt only.
server 'systemctl start ovsdb-server; ovs-vsctl --no-wait set open_vswitch . other_config:dpdk-init=true \
  other_config:dpdk-extra=--vfio-intr=legacy other_config:dpdk-socket-mem=256 \
  other_config:pmd-cpu-mask=0x2 other_config:pmd-sleep-max=500'
server 'systemctl start ovs-vswitchd' || fail "$(server 'systemctl status ovs-vswitchd')"
card() { echo "-- add-port $1 $2 -- set interface $2 type=dpdk options:dpdk-devargs=$3"; }
patch_port() { echo "-- add-port $1 $2 -- set interface $2 type=patch options:peer=$3"; }
server "ovs-vsctl add-br br-ex -- set bridge br-ex datapath_type=netdev \
  -- add-br br-int -- set bridge br-int datapath_type=netdev $(patch_port br-ex to-int to-ex) \
  $(patch_port br-int to-ex to-int) $(card br-ex nic1 0000:01:00.0) $(card br-int nic2 0000:02:00.0)"
errors() { server 'ovs-vsctl --columns=error --bare find interface' | grep . || true; }
same "a card with the kernel" "Error attaching device '0000:02:00.0' to DPDK" "$(errors)"
bind 02:00.0
becomes 30 "" errors
same "it is Patchbay under our unit" "/usr/sbin/patchbayd" \
  "$(server "readlink /proc/\$(systemctl show --value -p MainPID patchbay-vswitchd)/exe")"
reaches h1 10.0.0.2
reaches h2 10.0.0.1
wait_until 20 eval 'server "ovs-ofctl dump-ports br-int to-ex" | grep -qE "rx pkts=([6-9]|[1-9][0-9])"' ||
  fail "not over the patch ports: $(server 'ovs-ofctl dump-ports br-int to-ex')"

# The server's own TCP: long frames without checksums on their way to either card.
server 'ip addr add 10.0.0.3/24 dev br-int; ip link set br-int up'
for n in 1 2; do
  on "h$n" timeout 60 /usr/bin/python3 -c "
import socket, shutil, sys
server = socket.create_server(('10.0.0.$n', 5000))
shutil.copyfileobj(server.accept()[0].makefile('rb'), sys.stdout.buffer)" >"$tmp/data$n" &
  wait_until 10 eval "on h$n ss -lt | grep -q 5000"
  server "cat /srv/data >/dev/tcp/10.0.0.$n/5000"
  wait_until 20 cmp "$root/srv/data" "$tmp/data$n" || fail "h$n got $(stat -c %s "$tmp/data$n") bytes, or others"
done

# Link changes by interrupt, though links are asked for every ten minutes only, and pause frames.
server 'ovs-vsctl set open_vswitch . other_config:stats-update-interval=600000'
sleep 6
server 'ovs-vsctl set interface nic1 options:dpdk-lsc-interrupt=true options:rx-flow-ctrl=true \
  options:flow-ctrl-autoneg=true -- set interface nic2 options:tx-flow-ctrl=true'
state() { server 'ovs-vsctl --bare --columns=link_state find interface name=nic1'; }
contains "interrupts" 'nic1 \(dpdk: .*lsc_interrupt_mode=true' "$(server 'ovs-appctl dpctl/show')"
# What becomes of it is up to both ends of the link, and an emulated one has none.
contains "a card that knows them" '^"?(none|rx|tx|rx,tx)"?$' "$(server 'ovs-vsctl get interface nic1 status:flow_control')"
warnings() { server 'grep WARN /var/log/openvswitch/ovs-vswitchd.log'; }
contains "a card without" 'netdev_dpdk\|WARN\|nic2: Flow control is not supported\.' "$(warnings)"
lacks "a card with" 'Failed to enable flow control' "$(warnings)"
server 'ovs-vsctl set interface nic1 options:flow-ctrl-autoneg=false'
wait_until 10 eval 'warnings | grep -q "Failed to enable flow control on device 0 "' || fail "$(warnings)"
becomes 30 up state
monitor 'set_link card1 off'
becomes 30 down state
monitor 'set_link card1 on'
becomes 30 up state
server 'ovs-vsctl remove open_vswitch . other_config stats-update-interval'
reaches h1 10.0.0.2

pid=$(server 'pidof ovs-vswitchd patchbayd')
monitor 'device_del card2'
wait_until 60 eval 'errors | grep -q "^nic2: device .* was unplugged"' || fail "errors: $(errors)"
wait_until 30 eval '! server "ls /sys/bus/pci/devices" | grep -q 02:00.0' || fail "the card is still there"
cut_off h1 10.0.0.2
same "the daemon lives" "$pid" "$(server 'pidof ovs-vswitchd patchbayd')"
reaches h1 10.0.0.3

monitor "device_add $(device 2 vmxnet3)"
wait_until 30 server 'ls /sys/bus/pci/devices/0000:02:00.0'
bind 02:00.0
becomes 30 "" errors
reaches h1 10.0.0.2
same "nothing was started again" "$pid" "$(server 'pidof ovs-vswitchd patchbayd')"
contains "in use" "is driven by process" "$(server 'patchbay-bind-nic --unbind 02:00.0 2>&1' || true)"
server 'ovs-vsctl del-port nic2'
contains "back" "0000:02:00.0 is back with vmxnet3" "$(server 'patchbay-bind-nic --unbind 02:00.0')"
