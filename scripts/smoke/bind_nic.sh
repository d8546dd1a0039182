#!/bin/bash
# scripts/bind-nic on a picture of /sys: what it lists, what it refuses and with which words. That a kernel
# does what it asks for, nic_server shows.
# ovs: no, because the script is ours
source "$(dirname "$0")/_init.sh"
sys=$tmp/sys
mkdir -p "$sys"/bus/pci/drivers/{vfio-pci,e1000e,mlx5_core,snd} "$sys/class/net"
: >"$sys/bus/pci/drivers_probe"

# card ADDRESS CLASS DRIVER|- GROUP|- [INTERFACE]
card() {
  local place=$sys/devices/$1
  mkdir -p "$place" "$sys/bus/pci/devices"
  ln -s "../../../devices/$1" "$sys/bus/pci/devices/$1"
  echo "$2" >"$place/class"
  echo 0 >"$place/numa_node"
  : >"$place/driver_override"
  if [ "$3" != - ]; then ln -s "../../bus/pci/drivers/$3" "$place/driver"; fi
  if [ "$4" != - ]; then
    mkdir -p "$sys/kernel/iommu_groups/$4/devices"
    ln -s "../../kernel/iommu_groups/$4" "$place/iommu_group"
    ln -s "../../../../devices/$1" "$sys/kernel/iommu_groups/$4/devices/$1"
  fi
  if [ -n "${5:-}" ]; then
    mkdir -p "$place/net/$5"
    ln -s ../.. "$place/net/$5/device"
    ln -s "../../devices/$1/net/$5" "$sys/class/net/$5"
  fi
}
card 0000:01:00.0 0x020000 e1000e 5 eno1
card 0000:01:00.1 0x020000 e1000e 5 eno2
card 0000:02:00.0 0x020000 mlx5_core 6 eno3
card 0000:03:00.0 0x020000 - -
card 0000:04:00.0 0x040300 snd 7
# The interfaces themselves are this namespace's.
ip link add eno1 type veth peer name eno2
ip addr add 192.0.2.1/24 dev eno1
ip link set eno1 up
bind() { "$repository/scripts/bind-nic" --sysfs "$sys" "$@"; }
refused() { local words=$1; shift; contains "bind-nic $*" "^error: .*$words" "$(fails bind "$@")"; }

same "the list" "CARD          DRIVER           INTERFACE        GROUP  NUMA  NOTE
0000:01:00.0  e1000e           eno1             5      0     eno1 has an address
0000:01:00.1  e1000e           eno2             5      0
0000:02:00.0  mlx5_core        eno3             6      0     DPDK shares it with this driver: no binding needed
0000:03:00.0  -                -                -      0" "$(bind | sed 's/ *$//')"

refused "0000:01:00.0 is in use: eno1 has an address. .*--force" 01:00.0
refused "0000:01:00.0 is in use: eno1 has an address" eno1
ip route add default via 192.0.2.2 dev eno1
refused "eno1 has the default route" 0000:01:00.0
refused "0000:01:00.0 is in use" --unbind eno1
refused "no binding needed.*dpdk-devargs=0000:02:00.0" eno3
refused "needs an IOMMU.*intel_iommu=on iommu=pt.*enable_unsafe_noiommu_mode" 03:00.0
refused "0000:04:00.0 is no network card .class 0x040300." 04:00.0
refused "there is no PCI device or interface 'eno9'" eno9
refused "there is no PCI device or interface '../class'" ../class
refused "which card" --unbind
refused "unknown option --bind" --bind eno1
refused "there is no driver no-such-driver here" --driver no-such-driver eno2
same "nothing was touched" "" "$(cat "$sys"/devices/*/driver_override "$sys/bus/pci/drivers_probe")"

# This kernel does not move: the script asks it in the right places, and notices.
said=$(fails bind eno2)
contains "the neighbour" "^warning: 0000:01:00.1 shares IOMMU group 5 with 0000:01:00.0 .driver e1000e." "$said"
contains "nobody took it" "^error: 0000:01:00.1: vfio-pci did not take it" "$said"
same "asked for" "vfio-pci 0000:01:00.1 0000:01:00.1" \
  "$(cd "$sys" && cat devices/0000:01:00.1/driver_override bus/pci/drivers/e1000e/unbind bus/pci/drivers_probe | paste -sd' ')"
lacks "both of the group" warning "$(fails bind --force eno1 eno2)"
mkdir -p "$sys/module/vfio/parameters"
echo Y >"$sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
contains "without an IOMMU" "^warning: 0000:03:00.0: without an IOMMU" "$(fails bind 03:00.0)"
