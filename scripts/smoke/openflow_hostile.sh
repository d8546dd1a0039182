#!/bin/bash
# Controllers that mean no good: garbage, floods, silence, a thousand connections, answers that nobody
# reads. Memory stays bounded, packets go on, other controllers are served, and the log says who.
source "$(dirname "$0")/_init.sh"

export PYTHONPATH=$repository/scripts/smoke PYTHONDONTWRITEBYTECODE=1
play() { timeout 60 python3 -c "from openflow import *
RUN = '$OVS_RUNDIR'
MGMT = 'unix:' + RUN + '/br0.mgmt'
$(cat)"; }
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")/status"; }

start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
ovs-vsctl set-controller br0 ptcp:6633:127.0.0.1
wait_until 5 ovs-ofctl show tcp:127.0.0.1:6633
reaches h1 10.0.0.2
stream h1 10.0.0.2
before=$(memory)

# A good controller asks something all the time; the worst it waits is told at the end.
timeout 120 python3 -c "from openflow import *
peer, worst = connect('unix:$OVS_RUNDIR/br0.mgmt'), 0
while not os.path.exists('$tmp/enough'):
    start = time.time()
    peer.ask(ECHO_REQUEST, b'good')
    worst = max(worst, time.time() - start)
    time.sleep(0.02)
print(int(worst * 1000))" >"$tmp/worst" & good=$!

# garbage, before and after the hellos
play <<'P'
import random
random.seed(5)
for i in range(100):
    sock = dial("tcp:127.0.0.1:6633")
    if i % 2:
        Peer(sock)
    try:
        sock.sendall(random.randbytes(random.randrange(1, 5000)))
    except OSError:
        pass
    sock.close()
peer = connect("tcp:127.0.0.1:6633")
peer.sock.sendall(struct.pack("!BBHI", 1, 2, 4, 0))  # shorter than its own header
assert peer.is_closed(), "an impossible length"
P
wait_until 5 grep -q 'br0<->tcp:127.0.0.1:[0-9]*: ' "$OVS_LOGDIR/ovs-vswitchd.log"

# the greatest messages there are, of every type, and multipart requests that never end
play <<'P'
peer = connect("tcp:127.0.0.1:6633", [4])
for type in range(0, 40):
    if type == 1:
        continue
    peer.send(type, bytes(65535 - 8))
for _ in range(2000):
    peer.send(18, struct.pack("!HHI", 12, 1, 0) + bytes(16))  # more to come
peer.news(2)
P

# a flood of flow-mods from one that does not read the answers (each is an error or makes work)
play <<'P'
peer = connect("tcp:127.0.0.1:6633")
bad = struct.pack("!BBHI", 1, FLOW_MOD, 16, 1) + bytes(8)
good = struct.pack("!BBHI", 1, FLOW_MOD, 80, 1) + flow_mod(1, priority=7)
pump(peer.sock, (bad + good) * 1000, 5)
P

# asks for long lists and does not read them
ovs-ofctl add-flows br0 - < <(for i in $(seq 3000); do echo "priority=$i,tcp,tp_dst=$i,actions=drop"; done)
play <<'P'
peers = [connect("tcp:127.0.0.1:6633") for _ in range(10)]
request = struct.pack("!BBHI", 1, 16, 56, 1) + struct.pack("!HHI36xBxH", 1, 0, 0x3fffff, 0xff, 0xffff)
for peer in peers:
    peer.sock.setblocking(False)
    try:
        for _ in range(3000):
            peer.sock.send(request)
    except BlockingIOError:
        pass
time.sleep(2)
P

# a thousand connections: some half open, some that say hello, slowly
play <<'P'
socks = []
refused = 0
for i in range(1000):
    try:
        sock = dial("tcp:127.0.0.1:6633")
        sock.setblocking(False)
        socks.append(sock)
        if i % 3 == 0:
            sock.send(struct.pack("!BBHI", 1, 0, 8, 0))
        elif i % 3 == 1:
            sock.send(b"\1")
    except OSError:
        refused += 1
time.sleep(2)
P
contains "the log says who" 'br0<->tcp:127.0.0.1:[0-9]+: connection timed out' \
  "$(grep 'timed out' "$OVS_LOGDIR/ovs-vswitchd.log")"
play <<'P'
same("served again", FEATURES_REPLY, connect("tcp:127.0.0.1:6633").ask(FEATURES_REQUEST).type)
P

touch "$tmp/enough"
wait "$good"
within "milliseconds a good controller waited" 0 3000 "$(cat "$tmp/worst")"
same "packets lost" 0 "$(stream_loss h1 10.0.0.2)"
after=$(memory)
within "kilobytes of memory more" -100000 60000 $((after - before))
same "still there" br0 "$(ovs-vsctl list-br)"
lines=$(wc -l <"$OVS_LOGDIR/ovs-vswitchd.log")
within "lines in the log" 1 3000 "$lines"
