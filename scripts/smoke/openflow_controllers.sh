#!/bin/bash
# Controllers: connections that the switch makes (tcp, ssl, unix) and takes (ptcp, pssl, punix), what the
# database says of them, roles, fail modes, snooping, and changes that disturb no other connection.
source "$(dirname "$0")/_init.sh"

export PYTHONPATH=$repository/scripts/smoke PYTHONDONTWRITEBYTECODE=1
play() { timeout 60 python3 -c "from openflow import *
RUN = '$OVS_RUNDIR'
MGMT = 'unix:' + RUN + '/br0.mgmt'
$(cat)"; }
state() { ovs-vsctl --bare get controller "$1" "status:$2" 2>/dev/null | tr -d '"'; }
row() { ovs-vsctl --bare --columns=_uuid find controller target="$1" | head -n 1; }

start_switch
bridge br0

# --- a controller over TCP, and what the database says of it ---------------------------------------
same "no controller" "" "$(ovs-vsctl get-controller br0)"
contains "a switch on its own" 'NORMAL' "$(ovs-ofctl dump-flows br0)"
ovs-vsctl set-controller br0 tcp:127.0.0.1:6653 -- set controller br0 connection_mode=out-of-band
same "get-controller" tcp:127.0.0.1:6653 "$(ovs-vsctl get-controller br0)"
lacks "with a controller the flow is gone" 'NORMAL' "$(ovs-ofctl dump-flows br0)"
becomes 10 BACKOFF state br0 state
becomes 10 "Connection refused" state br0 last_error
play <<'P'
peer = accept(listen("tcp", 6653), [1, 4])
same("version", 4, peer.version)
features = peer.ask(FEATURES_REQUEST)
same("features", FEATURES_REPLY, features.type)
def column(name): return run("ovs-vsctl", "--bare", "get", "controller", "br0", name)
wait_for("is_connected", lambda: column("is_connected") == "true")
wait_for("state", lambda: column("status:state").strip('"') == "ACTIVE")
same("role", "other", column("role"))
same("primary", (PRIMARY, 1), peer.role(PRIMARY, 1))
wait_for("role in the database", lambda: column("role") == "master")
same("secondary", (SECONDARY, 2), peer.role(SECONDARY, 2))
wait_for("role in the database", lambda: column("role") == "slave")
same("stale", (11, 0), peer.role(PRIMARY, 1))
peer.close()
wait_for("is_connected", lambda: column("is_connected") == "false")
P
contains "show" 'Controller "tcp:127.0.0.1:6653"' "$(ovs-vsctl show)"

# --- roles of two controllers --------------------------------------------------------------------
play <<'P'
a, b = connect(MGMT, [5]), connect(MGMT, [5])
same("a", (PRIMARY, 5), a.role(PRIMARY, 5))
same("b is late", (11, 0), b.role(PRIMARY, 4))
same("b", (PRIMARY, 6), b.role(PRIMARY, 6))
same("a was", (SECONDARY, 6), a.role(0))
xid = a.send(FLOW_MOD, flow_mod(5))
same("a secondary changes nothing", (1, 10), a.answer(xid).error)
same("but may look", FEATURES_REPLY, a.ask(FEATURES_REQUEST).type)
b.send(FLOW_MOD, flow_mod(5))
b.barrier()
same("a primary may", [], b.missed)
P

# --- connections stay when others change -----------------------------------------------------------
play <<'P'
one, two = listen("tcp", 6653), listen("unix", RUN + "/two")
run("ovs-vsctl", "set-controller", "br0", "tcp:127.0.0.1:6653", "unix:" + RUN + "/two")
first, second = accept(one), accept(two)
first.barrier()
run("ovs-vsctl", "set-controller", "br0", "tcp:127.0.0.1:6653")
assert second.is_closed(), "the controller that was taken out is still connected"
first.barrier()
run("ovs-vsctl", "set", "controller", "br0", "inactivity_probe=20000", "max_backoff=3000")
first.barrier()
run("ovs-vsctl", "set-fail-mode", "br0", "secure")
first.barrier()
run("ovs-vsctl", "set", "bridge", "br0", "protocols=OpenFlow10,OpenFlow13")
assert first.is_closed(), "the versions changed, the connection did not"
again = accept(one, [1, 2, 3, 4, 5, 6])
same("version", 4, again.version)
run("ovs-appctl", "bridge/reconnect", "br0")
assert again.is_closed(), "bridge/reconnect"
accept(one)
P
ovs-vsctl clear bridge br0 protocols -- del-fail-mode br0

# --- probes: who does not answer is given up ---------------------------------------------------------
play <<'P'
waiting = listen("tcp", 6653)
run("ovs-vsctl", "set", "controller", "br0", "inactivity_probe=5000")
peer = accept(waiting)
start = time.time()
assert peer.is_closed(15), "still connected"
assert 8 <= time.time() - start <= 13, time.time() - start
P
contains "log" 'ERR.*br0<->tcp:127.0.0.1:6653: no response to inactivity probe after 5 seconds' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"

# --- listeners ---------------------------------------------------------------------------------------
ovs-vsctl set-controller br0 ptcp:6633:127.0.0.1 punix:"$OVS_RUNDIR/br0.extra"
wait_until 5 ovs-ofctl show tcp:127.0.0.1:6633
contains "by ptcp" 'OFPT_FEATURES_REPLY' "$(ovs-ofctl show tcp:127.0.0.1:6633)"
contains "by punix" 'OFPT_FEATURES_REPLY' "$(ovs-ofctl show unix:"$OVS_RUNDIR/br0.extra")"
contains "listeners rule nothing" 'NORMAL' "$(ovs-ofctl dump-flows br0)"
same "list" br0 "$(ovs-appctl ofproto/list)"
ovs-vsctl set-controller br0 punix:/tmp/elsewhere
wait_until 5 grep -q 'Not adding Unix domain socket controller' "$OVS_LOGDIR/ovs-vswitchd.log"
[ ! -e /tmp/elsewhere ] || fail "listens outside of its directory"
ovs-vsctl del-controller br0
if ovs-ofctl show tcp:127.0.0.1:6633 >/dev/null 2>&1; then fail "still listens"; fi

# --- TLS, in both directions --------------------------------------------------------------------------
pki=$tmp/pki
mkdir "$pki"
authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$pki/$1.key" \
    -out "$pki/$1.crt" 2>/dev/null
}
certificate() { # NAME AUTHORITY
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$pki/$1.key" -out "$pki/$1.csr" \
    2>/dev/null
  openssl x509 -req -days 2 -in "$pki/$1.csr" -CA "$pki/$2.crt" -CAkey "$pki/$2.key" \
    -CAcreateserial -out "$pki/$1.crt" 2>/dev/null
}
authority ca; authority other; certificate switch ca; certificate peer ca; certificate stranger other
ovs-vsctl set-ssl "$pki/switch.key" "$pki/switch.crt" "$pki/ca.crt" \
  -- set-controller br0 ssl:127.0.0.1:6653 pssl:6634:127.0.0.1
play <<P
keys = dict(ca="$pki/ca.crt", cert="$pki/peer.crt", key="$pki/peer.key")
peer = accept(listen("tcp", 6653, **keys), [4])
same("features", FEATURES_REPLY, peer.ask(FEATURES_REQUEST).type)
P
tls=(-p "$pki/peer.key" -c "$pki/peer.crt" -C "$pki/ca.crt")
contains "by pssl" 'OFPT_FEATURES_REPLY' "$(ovs-ofctl "${tls[@]}" show ssl:127.0.0.1:6634)"
fails ovs-ofctl -p "$pki/stranger.key" -c "$pki/stranger.crt" -C "$pki/ca.crt" \
  show ssl:127.0.0.1:6634 >/dev/null
fails ovs-ofctl show tcp:127.0.0.1:6634 >/dev/null
ovs-vsctl del-controller br0 -- del-ssl

# --- fail modes --------------------------------------------------------------------------------------
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
reaches h1 10.0.0.2
ovs-vsctl set-controller br0 tcp:127.0.0.1:6653 -- set controller br0 connection_mode=out-of-band \
  inactivity_probe=1000
cut_off h1 10.0.0.2
wait_until 10 grep -q 'seconds, failing open' "$OVS_LOGDIR/ovs-vswitchd.log"
reaches h1 10.0.0.2
contains "the flow is hidden" 'priority=15790320,actions=NORMAL' "$(ovs-appctl bridge/dump-flows br0)"
lacks "the flow is hidden" 'NORMAL' "$(ovs-ofctl dump-flows br0)"
play <<'P'
peer = accept(listen("tcp", 6653), [1])
peer.ask(FEATURES_REQUEST)
assert any(m.type == PACKET_IN for m in peer.news(6)), "nothing to decide about"
assert "15790320" in run("ovs-appctl", "bridge/dump-flows", "br0"), "one that only looks rules"
peer.barrier()
wait_for("end of fail-open", lambda: "15790320" not in run("ovs-appctl", "bridge/dump-flows", "br0"))
P
contains "log" 'No longer in fail-open mode' "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
ovs-vsctl set-fail-mode br0 secure
same "fail mode" secure "$(ovs-vsctl get-fail-mode br0)"
sleep 4
cut_off h1 10.0.0.2
ovs-vsctl del-fail-mode br0 -- del-controller br0
reaches h1 10.0.0.2

# --- in-band -----------------------------------------------------------------------------------------
ovs-vsctl set-controller br0 tcp:10.0.0.9:6653
becomes 5 4 eval 'ovs-appctl bridge/dump-flows br0 | grep -c "priority=18000[5678]"'
ovs-vsctl set bridge br0 other_config:disable-in-band=true
becomes 5 0 eval 'ovs-appctl bridge/dump-flows br0 | grep -c "priority=1800"'
ovs-vsctl remove bridge br0 other_config disable-in-band -- del-controller br0

# --- snoop -------------------------------------------------------------------------------------------
fails ovs-ofctl --timeout=3 snoop br0 >/dev/null
play <<'P'
waiting = listen("tcp", 6653)
run("ovs-vsctl", "set-controller", "br0", "tcp:127.0.0.1:6653")
peer = accept(waiting)
snoop = subprocess.Popen(["ovs-ofctl", "snoop", "br0"], stderr=subprocess.PIPE, text=True)
time.sleep(0.5)
peer.barrier()
seen = snoop.stderr.readline() + snoop.stderr.readline()
assert "OFPT_BARRIER_REQUEST" in seen and "OFPT_BARRIER_REPLY" in seen, seen
snoop.kill()
P
