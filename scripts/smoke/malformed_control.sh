#!/bin/bash
# Nonsense on the control socket and the OpenFlow socket: an error or a closed connection for the
# one who sent it, nothing for anybody else.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
stream h1 10.0.0.2
export CONTROL=$OVS_RUNDIR/ovs-vswitchd.$pid.ctl OPENFLOW=$OVS_RUNDIR/br0.mgmt
/usr/bin/python3 <<'END'
import os, random, socket, struct, time
random.seed(7)
def talk(path, data, wait=0.02):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(wait)
        while True:
            try:
                s.connect(path)
                break
            except BlockingIOError: # more of us are waiting than fit the queue
                time.sleep(0.01)
        try:
            s.sendall(data)
            s.recv(65536)
        except OSError:
            pass
control, openflow = os.environ["CONTROL"], os.environ["OPENFLOW"]
good = b'{"id":1,"method":"version","params":[]}'
for data in (b"\0", b"[" * 100000, b'{"id":1', b'"\\ud800"', b"nul", b'{"id":1,"method":7,"params":[]}',
             b'{"id":1,"method":"version","params":{}}', b'{"method":"version","params":[]}',
             b'{"id":1,"method":"version","params":["' + b"x" * 200000 + b'"]}', b"\xff\xfe\xfd",
             b'{"id":1e999,"method":"fdb/show","params":[1,null,{}]}', good + good + b"}"):
    talk(control, data)
for _ in range(200):
    text = bytearray(good)
    for _ in range(3):
        text[random.randrange(len(text))] = random.randrange(256)
    talk(control, bytes(text), 0.005)
hello = struct.pack("!BBHI", 1, 0, 8, 1)
flow_mod = struct.pack("!BBHI", 1, 14, 80, 2) + bytes(40) + struct.pack("!QHHHHIHHHH", 0, 0, 0, 0, 1, 0xffffffff, 0xffff, 0, 0, 8)[:24] + struct.pack("!HHHH", 0, 8, 1, 0)
for kind in range(0, 40):
    for length in (0, 7, 8, 12, 72, 65535):
        talk(openflow, hello + struct.pack("!BBHI", 1, kind, length, 3) + random.randbytes(64), 0.005)
for _ in range(400):
    message = bytearray(flow_mod)
    for _ in range(random.randint(1, 6)):
        message[random.randrange(8, len(message))] = random.choice((0, 1, 255, random.randrange(256)))
    talk(openflow, hello + bytes(message), 0.005)
END
same "the same process" "$pid" "$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")"
running "$OVS_RUNDIR/ovs-vswitchd.pid" || fail "the daemon is gone"
same "control socket" "ovs-vswitchd (Open vSwitch) 3.1.0" "$(ovs-appctl version | head -n 1)"
ovs-ofctl del-flows br0
ovs-ofctl add-flow br0 actions=normal
contains "OpenFlow" 'actions=NORMAL' "$(ovs-ofctl dump-flows br0)"
reaches h1 10.0.0.2
