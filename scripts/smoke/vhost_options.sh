#!/bin/bash
# What a vhost-user port offers to a guest, by the options of the port and of the switch.
source "$(dirname "$0")/_init.sh"
mkdir -p "$OVS_RUNDIR/vm"
dpdk_switch other_config:vhost-sock-dir=vm other_config:vhost-iommu-support=true \
  other_config:vhost-postcopy-support=true
bridge br0
ask() { /usr/bin/python3 "$(dirname "$0")/vhost_peer.py" "$1" "$2" ask; }
bit() { [ $(($2 >> $1 & 1)) = 1 ]; }

ovs-vsctl add-port br0 vs -- set interface vs type=dpdkvhostuser
wait_until 5 test -S "$OVS_RUNDIR/vm/vs" || fail "no socket in vhost-sock-dir: $(ls "$OVS_RUNDIR" "$OVS_RUNDIR/vm")"
ovs-vsctl add-port br0 vc -- set interface vc type=dpdkvhostuserclient \
  options:vhost-server-path="$tmp/vc.sock" options:vhost-max-queue-pairs=2 options:tx-retries-max=32
offer=$(ask "$tmp/vc.sock" listen)
say "$offer"
eval "$offer"
# shellcheck disable=SC2154 # eval sets them
{
  bit 33 "$features" || fail "no IOMMU: $offer"
  bit 8 "$protocol" || fail "no postcopy: $offer"
  for feature in 22 15 28 32; do bit $feature "$features" || fail "feature $feature is missing: $offer"; done
  if ours; then
    for feature in 0 11 12; do bit $feature "$features" || fail "offload $feature is missing: $offer"; done
    for feature in 6 13 14; do if bit $feature "$features"; then fail "offload $feature is offered: $offer"; fi; done
    same "queue pairs" 2 "$queues"
  fi
}
# The number of queues may change: the guest is told when it connects again.
ovs-vsctl set interface vc options:vhost-max-queue-pairs=128
eval "$(ask "$tmp/vc.sock" listen)"
same "queue pairs" 128 "$queues"
if ours; then
  # Of the same kind: what the switch says holds for ports that come later.
  ovs-vsctl set Open_vSwitch . other_config:vhost-iommu-support=false other_config:userspace-tso-enable=false
  eval "$(ask "$tmp/vc.sock" listen)"
  bit 33 "$features" || fail "a running port lost its IOMMU"
  bit 11 "$features" || fail "a running port lost its offloads"
  ovs-vsctl del-port vc -- add-port br0 vc2 -- set interface vc2 type=dpdkvhostuserclient \
    options:vhost-server-path="$tmp/vc.sock"
  eval "$(ask "$tmp/vc.sock" listen)"
  if bit 33 "$features"; then fail "a new port has an IOMMU"; fi
  for feature in 0 11 12; do if bit $feature "$features"; then fail "offload $feature is offered: $features"; fi; done
fi
# Administrators may take a port down. (OVS tells the database only while a guest runs.)
if ours; then
  ovs-ofctl mod-port br0 vs down
  becomes 10 down column interface vs admin_state
  ovs-ofctl mod-port br0 vs up
  becomes 10 up column interface vs admin_state
fi
