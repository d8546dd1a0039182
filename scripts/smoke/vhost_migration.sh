#!/bin/bash
# A guest moves to another QEMU (live migration) while a host behind the bridge pings it: what the switch
# writes to the guest's memory meanwhile is logged, so that its rings go on there; and the bridge learns at
# once where the guest is now, although the guest itself says nothing of it. Then once more with its memory
# coming after it (postcopy). Pings are all that it has to do: an emulated guest that computes (QEMU 7.2,
# TCG) does not always survive a migration, whatever the switch; nor does one with several queues postcopy.
# time limit: 240
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch other_config:pmd-maxsleep=100 # the guests need the processors more
bridge br0
for name in b c; do
  ovs-vsctl add-port br0 vm-$name -- set interface vm-$name type=dpdkvhostuserclient \
    options:vhost-server-path="$tmp/$name.sock"
done
host h br0 10.0.0.9/24
export CARD=guest_announce=off

monitor() { printf '%s\n' "$2" >"$tmp/$1.monitor.in"; }
has_moved() {
  monitor b 'info migrate'
  sleep 0.3
  grep -qE 'Migration status: (completed|failed)' "$tmp/b.monitor"
}
moves() { # precopy|postcopy
  local name start sum
  rm -f "$tmp"/{b,c,migration}.sock
  ovs-ofctl add-flow br0 priority=9,dl_type=0x8035,actions=normal
  boot b "$tmp/b.sock" 10.0.0.2/24
  wait_until 90 booted b || fail "b does not boot: $(cat "$tmp/b.console" "$tmp/b.qemu")"
  boot c "$tmp/c.sock" 10.0.0.2/24 -incoming "unix:$tmp/migration.sock"
  becomes 10 up column interface vm-b link_state
  sum=$(in_guest b 'seq 1000000 >/tmp/memory; md5sum </tmp/memory')
  wait_until 10 test -S "$tmp/migration.sock"
  stream h 10.0.0.2
  same "the other port before" down "$(column interface vm-c link_state)"
  start=$(now)
  for name in b c; do monitor $name "migrate_set_capability postcopy-ram $([ "$1" = postcopy ] && echo on || echo off)"; done
  monitor b "migrate_set_parameter max-bandwidth 40M"
  monitor b "migrate -d unix:$tmp/migration.sock"
  if [ "$1" = postcopy ]; then
    sleep 0.5
    monitor b migrate_start_postcopy
  fi
  wait_until 60 has_moved || fail "migration does not end: $(tail -n 20 "$tmp/b.monitor")"
  contains "migration" 'Migration status: completed' "$(cat "$tmp/b.monitor")"
  if [ "$1" = postcopy ]; then contains "memory came after" 'postcopy ram: [1-9]' "$(cat "$tmp/b.monitor")"; fi
  say "$1: $(since "$start") ms, of which the guest stood still $(grep -oE 'downtime: [0-9]+' "$tmp/b.monitor" | tail -n 1 | tr -dc 0-9) ms"
  guest_gone b
  becomes 10 up column interface vm-c link_state
  becomes 10 down column interface vm-b link_state

  # It is itself there, and found there.
  same "what it has in memory" "$sum" "$(in_guest c 'md5sum </tmp/memory')"
  reaches h 10.0.0.2
  within "percent of pings lost" 0 40 "$(stream_loss h 10.0.0.2)"
  contains "announcement" 'n_packets=[1-9]' "$(ovs-ofctl dump-flows br0 dl_type=0x8035)"
  contains "place" ' 02:00:00:00:00:02 ' "$(ovs-appctl fdb/show br0 | grep -E "^ *$(column interface vm-c ofport) ")"
  guest_gone c
}
moves precopy
stop_switch
ovs-vsctl --no-wait set Open_vSwitch . other_config:vhost-postcopy-support=true
start_daemon "$SWITCH"
QUEUES=1 moves postcopy
