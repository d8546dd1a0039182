#!/bin/bash
# The .deb on a Debian root that systemd runs: `systemctl restart openvswitch-switch` goes over to Patchbay,
# `reload` keeps the flows; patchbay-vswitchd.service takes the place of Debian's unit, with its watchdog
# and its sandbox; removed, Debian's switch is back.
# ovs: no, because the package is ours
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_root.sh"
fresh_root
make_package
if ! boot_root; then say "skipped: no cgroup2 to run systemd in"; exit 0; fi
version() { inside ovs-appctl version; }
main_pid() { inside systemctl show --value -p MainPID ovs-vswitchd; }

inside systemctl start openvswitch-switch
lacks "Debian's version" Patchbay "$(version)"
inside dpkg -i /srv/patchbay.deb >"$tmp/dpkg" 2>&1 || fail "$(cat "$tmp/dpkg")"
lacks "still Debian's" Patchbay "$(version)"
ovs-vsctl --no-wait set open_vswitch . other_config:dpdk-init=true other_config:dpdk-socket-mem=256 \
  other_config:dpdk-extra=--no-pci other_config:pmd-sleep-max=1000
inside systemctl restart openvswitch-switch
same "huge pages" active "$(inside systemctl is-active patchbay-hugepages)"
contains "version" '^Patchbay ' "$(version)"
contains "ovs-vsctl show" 'ovs_version: "3.1.0"' "$(ovs-vsctl show)"

bridge br0 fail_mode=secure
ovs-vsctl add-port br0 null0 -- set interface null0 type=dpdk options:dpdk-devargs=net_null0,no-rx=1 ofport_request=9
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
printf '%s\n' 'in_port=1 actions=output:2' 'in_port=2 actions=output:1' | ovs-ofctl add-flows br0 -
tables() { ovs-ofctl --no-names --no-stats dump-flows br0 | sort; }
before=$(tables)
well() { # and with DPDK
  same "$1: flows" "$before" "$(tables)"
  same "$1: DPDK" true "$(ovs-vsctl get open_vswitch . dpdk_initialized)"
  same "$1: a port of DPDK" "[]" "$(ovs-vsctl get interface null0 error)"
  reaches h1 10.0.0.2
}
well "ovs-ctl"
old=$(main_pid)
inside systemctl reload openvswitch-switch
[ "$(main_pid)" != "$old" ] || fail "not started again"
well "reload"

# Our own unit, with a watchdog that does not take long.
mkdir -p "$root/etc/systemd/system/patchbay-vswitchd.service.d"
printf '%s\n' '[Service]' WatchdogSec=2 TimeoutAbortSec=1 >"$root/etc/systemd/system/patchbay-vswitchd.service.d/quick.conf"
inside /usr/lib/patchbay/restart-switch enable >"$tmp/enable" 2>&1 || fail "$(cat "$tmp/enable")"
property() { inside systemctl show --value -p "$1" ovs-vswitchd; }
same "whose unit" "patchbay-vswitchd.service notify" "$(property Id) $(property Type)"
well "our unit"
contains "the sandbox" 'NoNewPrivs:\s*1' "$(inside cat "/proc/$(main_pid)/status")"
sleep 3 # longer than the watchdog's time
same "restarts while all is well" 0 "$(property NRestarts)"
inside kill -STOP "$(main_pid)"
becomes 15 1 property NRestarts
becomes 10 active property ActiveState
ovs-ofctl add-flows br0 - <<<"$before" # a crash keeps none
well "after the watchdog"

ovs-vsctl del-port null0
inside dpkg -P patchbay >"$tmp/dpkg" 2>&1 || fail "$(cat "$tmp/dpkg")"
lacks "Debian's version" Patchbay "$(version)"
same "whose unit afterwards" ovs-vswitchd.service "$(property Id)"
same "flows afterwards" "$before" "$(tables)"
reaches h1 10.0.0.2
