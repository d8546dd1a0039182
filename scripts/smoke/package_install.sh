#!/bin/bash
# The .deb on a Debian root without systemd: installed, ovs-ctl starts Patchbay instead of Open vSwitch;
# ovs-ctl restart, an upgrade and the removal keep the OpenFlow flows; removed, Debian's switch is back.
# ovs: no, because the package is ours
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_root.sh"
fresh_root
make_package
ctl() { inside /usr/share/openvswitch/scripts/ovs-ctl "$@"; }
pidof_switch() { cat "$OVS_RUNDIR/ovs-vswitchd.pid"; }

inside dpkg -i /srv/patchbay.deb >"$tmp/dpkg" 2>&1 || fail "$(cat "$tmp/dpkg")"
same "the alternative" /usr/sbin/patchbayd "$(alternative)"
ctl --system-id=random start >"$tmp/start" 2>&1 || fail "$(cat "$tmp/start")"
contains "status" 'ovs-vswitchd is running with pid' "$(ctl status)"
refused() { # SETTING MESSAGE: hugepages.conf with it is refused
  printf 'vm.nr_hugepages = %s\nmount = /dev/hugepages\n' "$1" >"$root/srv/hugepages.conf"
  contains "huge pages: $1" "$2" "$(fails inside /usr/lib/patchbay/hugepages /srv/hugepages.conf)"
}
refused 999999999 'more pages, as .* wants, do not fit into the [0-9]+ MB of memory'
refused 99999999999999999999 'is no sensible number'
refused many 'is no sensible number'
contains "version" '^Patchbay ' "$(inside ovs-appctl version)"
contains "ovs-vsctl show" 'ovs_version: "3.1.0"' "$(ovs-vsctl show)"
inside patchbay ask version >/dev/null

bridge br0 fail_mode=secure
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
ovs-ofctl -O OpenFlow14 add-group br0 'group_id=1,type=all,bucket=output:2'
printf '%s\n' 'in_port=1 actions=group:1' 'in_port=2 actions=output:1' | ovs-ofctl add-flows br0 -
tables() {
  ovs-ofctl --no-names --no-stats dump-flows br0 | sort
  ovs-ofctl -O OpenFlow14 dump-groups br0 | grep -o 'group_id.*'
}
before=$(tables)
reaches h1 10.0.0.2

# again WHAT OWNER: the switch is another process of this program, with the same flows, and forwards.
pid=$(pidof_switch)
again() {
  local new
  new=$(pidof_switch)
  [ "$new" != "$pid" ] || fail "$1: still the same process"
  pid=$new
  same "$1: who runs" "$root$2" "$(readlink "/proc/$pid/exe")"
  same "$1: flows" "$before" "$(tables)"
  reaches h1 10.0.0.2
}
ctl --system-id=random restart >"$tmp/restart" 2>&1 || fail "$(cat "$tmp/restart")"
again "ovs-ctl restart" /usr/sbin/patchbayd
same "the wait is over" "" "$(ovs-vsctl get open_vswitch . other_config | grep restore || true)"

inside dpkg -i /srv/patchbay.deb >"$tmp/dpkg" 2>&1 || fail "$(cat "$tmp/dpkg")"
again "upgrade" /usr/sbin/patchbayd

inside dpkg -r patchbay >"$tmp/dpkg" 2>&1 || fail "$(cat "$tmp/dpkg")"
same "the alternative afterwards" /usr/lib/openvswitch-switch/ovs-vswitchd "$(alternative)"
again "removal" /usr/lib/openvswitch-switch/ovs-vswitchd
lacks "Debian's version" Patchbay "$(inside ovs-appctl version)"
inside dpkg -P patchbay >/dev/null 2>&1
left=$(find "$root"/{etc,usr,lib/systemd} -path "$root/usr/share/doc" -prune -o -name '*patchbay*' -print 2>/dev/null)
same "files left behind" "" "$left"
ctl stop >/dev/null 2>&1
