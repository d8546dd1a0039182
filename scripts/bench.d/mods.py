"""Changes flows for scripts/bench-bounds over OpenFlow 1.0.

usage: mods.py SOCKET barrier few|all ROUNDS
         changes one rule and waits for a barrier: a rule for one destination port, or the rule that all
         traffic hits (to port 2, to port 3 and back). Prints median and longest time in milliseconds.
       mods.py SOCKET rate MODS-PER-SECOND SECONDS
         adds and deletes rules that no traffic hits, a barrier at the end. Prints how many per second
         that were.
"""
import os
import statistics
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'smoke'))
from openflow import connect  # noqa: E402

FLOW_MOD, BARRIER, ERROR = 14, 18, 1
ADD, MODIFY_STRICT, DELETE_STRICT = 0, 2, 4
IN_PORT, DL_TYPE, NW_PROTO, TP_DST, ALL = 1, 16, 32, 128, 0x3fffff


def mod(command, priority, port, destination=None, address=None):
    wildcards, dl_type, proto, to, nw_dst = ALL, 0, 0, 0, 0
    if destination is not None:
        wildcards &= ~(DL_TYPE | NW_PROTO | TP_DST)
        dl_type, proto, to = 0x800, 17, destination
    if address is not None:
        wildcards = wildcards & ~DL_TYPE & ~(63 << 14)
        dl_type, nw_dst = 0x800, address
    if command == MODIFY_STRICT and destination is None:
        wildcards, dl_type = ALL & ~DL_TYPE, 0x800
    match = struct.pack('!IH6s6sHBxHBB2xIIHH', wildcards, 0, bytes(6), bytes(6), 0, 0, dl_type, 0,
                        proto, 0, nw_dst, 0, to)
    actions = struct.pack('!HHHH', 0, 8, port, 0) if port else b''
    return match + struct.pack('!QHHHHIHH', 0, command, 0, 0, priority, 0xffffffff, 0xffff, 0) + actions


def wait(peer):
    xid = peer.send(BARRIER)
    while True:
        reply = peer.receive()
        assert reply.type != ERROR, reply.error
        if reply.xid == xid:
            return


def barriers(peer, which, rounds):
    times = []
    for n in range(rounds):
        port = 2 + n % 2
        start = time.monotonic()
        peer.send(FLOW_MOD, mod(ADD, 5, port, destination=77) if which == 'few'
                  else mod(MODIFY_STRICT, 1, port))
        wait(peer)
        times.append((time.monotonic() - start) * 1000)
        time.sleep(0.1)
    print('median %.1f ms, longest %.1f ms' % (statistics.median(times), max(times)))


def rate(peer, wanted, seconds):
    start, n = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        due = int((time.monotonic() - start) * wanted)
        if n >= due:
            time.sleep(0.001)
            continue
        for n in range(n, due):
            address = 0x0b000000 + n // 2 % 5000
            peer.send(FLOW_MOD, mod(DELETE_STRICT if n % 2 else ADD, 7, 0 if n % 2 else 2, address=address))
        n = due
    wait(peer)
    print('%.0f flow-mods/s' % (n / (time.monotonic() - start)))


peer = connect('unix:' + sys.argv[1], [1])
peer.sock.settimeout(60)
if sys.argv[2] == 'barrier':
    barriers(peer, sys.argv[3], int(sys.argv[4]))
else:
    rate(peer, float(sys.argv[3]), float(sys.argv[4]))
