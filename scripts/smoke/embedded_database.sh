#!/bin/bash
# The daemon alone is a complete switch: with no database given and none running it makes one and
# runs a real ovsdb-server as its child, which ends with it; the configuration stays.
# ovs: no, because it only connects to a database that somebody else runs
source "$(dirname "$0")/_init.sh"
alone() {
  "$(daemon_path patchbay)" --detach --no-chdir --pidfile="$OVS_RUNDIR/ovs-vswitchd.pid" \
    --log-file="$OVS_LOGDIR/ovs-vswitchd.log" -vconsole:off
  wait_until 10 ovs-vsctl --timeout=5 show || fail "no database"
}
alone
bridge br-a
bridge br-b
patch br-a p-a p-b br-b
host left br-a 10.0.0.1/24
host right br-b 10.0.0.2/24
reaches left 10.0.0.2
stop_pid "$OVS_RUNDIR/ovs-vswitchd.pid"
without() { ! pgrep -x ovsdb-server; }
wait_until 10 without || fail "ovsdb-server is left"
alone
reaches left 10.0.0.2
