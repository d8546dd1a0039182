#!/bin/bash
# exit through the control socket, or SIGTERM, removes the pid file and sockets; the configuration and the
# ofports are there after the next start. A second daemon on the same pid file is refused.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
reaches h1 10.0.0.2
ports=$(ovs-vsctl get interface v-h1 ofport -- get interface v-h2 ofport)
[ -S "$OVS_RUNDIR/br0.mgmt" ] && [ -S "$OVS_RUNDIR/br0.snoop" ] || fail "no OpenFlow sockets"
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
[ -S "$OVS_RUNDIR/ovs-vswitchd.$pid.ctl" ] || fail "no control socket"

said=$(fails "$(daemon_path "$SWITCH")" "unix:$OVS_RUNDIR/db.sock" --pidfile="$OVS_RUNDIR/ovs-vswitchd.pid" -vfile:off)
contains "second daemon" "ovs-vswitchd.pid: already running as pid $pid, aborting" "$said"

stop_switch
for name in ovs-vswitchd.pid "ovs-vswitchd.$pid.ctl" br0.mgmt br0.snoop; do
  [ ! -e "$OVS_RUNDIR/$name" ] || fail "$name is left"
done
start_daemon "$SWITCH"
same "ofports" "$ports" "$(ovs-vsctl get interface v-h1 ofport -- get interface v-h2 ofport)"
reaches h1 10.0.0.2

# SIGTERM leaves nothing behind either.
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
kill "$pid"
wait_until 5 test ! -e "$OVS_RUNDIR/ovs-vswitchd.pid"
for name in "ovs-vswitchd.$pid.ctl" br0.mgmt br0.snoop; do
  [ ! -e "$OVS_RUNDIR/$name" ] || fail "$name is left after SIGTERM"
done
