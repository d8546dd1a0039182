# shellcheck shell=bash
# What up, down, test, check, bench and the smoke scenarios share: progress lines, waiting, a switch
# (database + daemon) in a directory of its own, and processes stopped by their id, never by name.

set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dpdk_peer=/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk
export PATH="$PATH:/usr/sbin:/sbin"

say() { printf '%s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# step TEXT COMMAND...: says what is done, shows a dot every five seconds, and the output on failure.
step() {
  local text=$1 log ticker status=0 start=$SECONDS
  shift
  log=$(mktemp)
  printf '%s ' "$text"
  (while sleep 5; do printf '.'; done) & ticker=$!
  "$@" >"$log" 2>&1 || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ "$status" -eq 0 ]; then
    printf ' done (%d s)\n' $((SECONDS - start))
  else
    printf ' FAILED\n'
    tail -n 60 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

# wait_until SECONDS COMMAND...: repeats COMMAND until it succeeds; fails when the time is over.
wait_until() {
  local limit=$1 deadline
  shift
  deadline=$(($(date +%s%N) / 1000000 + limit * 1000))
  until "$@" >/dev/null 2>&1; do
    [ $(($(date +%s%N) / 1000000)) -lt "$deadline" ] || return 1
    sleep 0.05
  done
}

# running PIDFILE: is the process named there alive?
running() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

# A zombie counts as gone (who reaps it is not our business), once none of its threads is left.
gone() {
  local state
  state=$(sed -n 's/^State:\s*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 0
  [ -z "$state" ] || { [ "$state" = Z ] && [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ]; }
}

# stop_pid PIDFILE [SIGNAL]: ends one process and waits until it is gone.
stop_pid() {
  local pid
  running "$1" || return 0
  pid=$(cat "$1")
  kill "-${2:-TERM}" "$pid" 2>/dev/null || return 0
  if ! wait_until 15 gone "$pid"; then
    kill -KILL "$pid" 2>/dev/null || true
    wait_until 5 gone "$pid"
  fi
}

# use_rundir DIR: everything that OVS's tools and daemons write or look for goes under DIR.
use_rundir() {
  export OVS_RUNDIR=$1 OVS_LOGDIR=$1/log OVS_DBDIR=$1/db OVS_SYSCONFDIR=$1/etc
  mkdir -p "$OVS_RUNDIR" "$OVS_LOGDIR" "$OVS_DBDIR" "$OVS_SYSCONFDIR/openvswitch"
}

# Needs use_rundir. Starts a real ovsdb-server; the database outlives it.
start_database() {
  running "$OVS_RUNDIR/ovsdb-server.pid" && return 0
  [ -e "$OVS_DBDIR/conf.db" ] ||
    ovsdb-tool create "$OVS_DBDIR/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  ovsdb-server -vconsole:off "$OVS_DBDIR/conf.db" --remote="punix:$OVS_RUNDIR/db.sock" \
    --remote=db:Open_vSwitch,Open_vSwitch,manager_options --no-chdir --detach --overwrite-pidfile \
    --pidfile="$OVS_RUNDIR/ovsdb-server.pid" --unixctl="$OVS_RUNDIR/ovsdb-server.ctl" \
    --log-file="$OVS_LOGDIR/ovsdb-server.log" "$@"
}

# daemon_path patchbay|ovs: the program under test.
daemon_path() {
  case $1 in
    patchbay) echo "${PATCHBAYD:-$repository/.build/release/patchbayd}" ;;
    ovs) if [ -x "$dpdk_peer" ]; then echo "$dpdk_peer"; else echo /usr/sbin/ovs-vswitchd; fi ;;
    *) die "unknown switch '$1' (patchbay or ovs)" ;;
  esac
}

# start_daemon patchbay|ovs [OPTION...]: returns when the daemon has detached. Both get the name
# ovs-vswitchd, so that pid file and control socket lie where ovs-appctl looks for them.
start_daemon() {
  local program
  program=$(daemon_path "$1")
  shift
  [ -x "$program" ] || die "$program is not there: build it first (scripts/up does)"
  (exec -a ovs-vswitchd "$program" -vconsole:off "unix:$OVS_RUNDIR/db.sock" --detach --no-chdir \
    --overwrite-pidfile --pidfile="$OVS_RUNDIR/ovs-vswitchd.pid" \
    --log-file="$OVS_LOGDIR/ovs-vswitchd.log" "$@")
}

# Sees to it that as many huge pages are free as hugepages.conf says. False: there are not enough.
reserve_hugepages() { "$repository/scripts/hugepages" "$repository/hugepages.conf"; }

# build_release: the two commands, with the Swift runtime inside.
build_release() {
  (cd "$repository" && swift build -c release --static-swift-stdlib --product patchbayd &&
    swift build -c release --static-swift-stdlib --product patchbay)
}
