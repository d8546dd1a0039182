"""Sends stamped packets without pause while a controller changes where they go, with a barrier behind
each change: does a packet that was sent after the barrier's reply still go where it went before?

usage: barrier.py SOCKET ROUNDS FLOWS

SOCKET: the bridge's. Packets go in at the interface a; port 2 leads to b, port 3 to c. FLOWS: so many
UDP ports in turn, hence so many megaflows if they are told apart. Prints the number of packets that came
after their time, of all that came, and the barriers' median time in milliseconds.
"""
import multiprocessing, socket, statistics, struct, sys, time

from openflow import *

FLOW_MOD_10, BARRIER_10, BARRIER_REPLY_10 = 14, 18, 19
MODIFY_STRICT_10 = 2
NEVER = 1 << 62


def flow_mod(port):
    match = struct.pack("!I", 0x3fffff) + bytes(36)
    action = struct.pack("!HHHH", 0, 8, port, 0)
    return match + struct.pack("!QHHHHIHH", 0, MODIFY_STRICT_10, 0, 0, 1, 0xffffffff, 0xffff, 0) + action


def raw(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((name, 0))
    return sock


def sender(flows, end):
    sock, n = raw("a"), 0
    head = bytes.fromhex("0200000000020200000000010800") + struct.pack(
        "!BBHHHBBHII", 0x45, 0, 46, 0, 0, 64, 17, 0, 0x0a000001, 0x0a000002)
    while not end.value:
        n = (n + 1) % flows
        udp = struct.pack("!HHHH", 1024 + n, 9, 26, 0)
        try:
            sock.send(head + udp + struct.pack("!Q", time.monotonic_ns()) + bytes(10))
        except OSError:  # the queue is full
            pass


def receiver(name, forbidden, late, seen, end):
    """Counts packets that were sent when they must not have come here any more."""
    sock = raw(name)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sock.settimeout(0.1)
    while not end.value:
        try:
            data = sock.recv(2048)
        except TimeoutError:
            continue
        if len(data) < 50 or data[12:14] != b"\x08\x00":
            continue
        seen.value += 1
        if struct.unpack("!Q", data[42:50])[0] > forbidden.value:
            late.value += 1


def main(path, rounds, flows):
    end = multiprocessing.Value("b", 0, lock=False)
    def word(value): return multiprocessing.Value("q", value, lock=False)
    ports = {2: ("b", word(NEVER), word(0), word(0)), 3: ("c", word(NEVER), word(0), word(0))}
    started = [multiprocessing.Process(target=receiver, args=(*p, end)) for p in ports.values()]
    started.append(multiprocessing.Process(target=sender, args=(flows, end)))
    for process in started:
        process.start()
    peer = connect("unix:" + path, [1])
    time.sleep(0.3 + flows / 20000)
    times = []
    for n in range(rounds):
        new, old = (3, 2) if n % 2 == 0 else (2, 3)
        ports[new][1].value = NEVER
        start = time.monotonic_ns()
        peer.send(FLOW_MOD_10, flow_mod(new))
        xid = peer.send(BARRIER_10)
        while True:
            reply = peer.receive()
            assert reply.type != ERROR, reply.error
            if reply.type == BARRIER_REPLY_10 and reply.xid == xid:
                break
        times.append(time.monotonic_ns() - start)
        ports[old][1].value = time.monotonic_ns()
        time.sleep(0.02)
    end.value = 1
    for process in started:
        process.join(5)
    print(sum(p[2].value for p in ports.values()), sum(p[3].value for p in ports.values()),
          round(statistics.median(times) / 1e6, 2))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
