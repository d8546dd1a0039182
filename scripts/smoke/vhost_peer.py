"""Peers that speak vhost-user, mostly badly. usage: vhost_peer.py SOCKET listen|connect KIND [SEED]

KIND: ask (prints features, protocol features and the number of queues); half (a header, and its body never comes), garbage (random bytes), messages (well-formed messages
with random contents), rings (a guest that starts, and whose rings and descriptors are random), shrink
(the same, and then its memory is taken away), race (a guest that changes the length of a table of
descriptors at the end of its memory all the time).
The last three go on until they are killed, the others exit when the other end hangs up, or after a
while."""
import array, mmap, os, random, socket, struct, sys, time

path, side, kind = sys.argv[1:4]
random.seed(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
VERSION, REPLY = 1, 4
GET_FEATURES, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 1, 2, 3, 5
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, SET_VRING_KICK, SET_VRING_CALL = 8, 9, 10, 12, 13
SET_VRING_ENABLE, PROTOCOL_FEATURES = 18, 1 << 30


def peer():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if side == "connect":
        s.connect(path)
    else:
        if os.path.exists(path):
            os.unlink(path)
        s.bind(path)
        s.listen(1)
        s.settimeout(10)
        s = s.accept()[0]
    s.settimeout(3)
    return s


def send(s, request, body=b"", files=(), flags=VERSION):
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
    s.sendmsg([struct.pack("<III", request, flags, len(body)) + body], ancillary)


def answer(s):
    header = s.recv(12)
    return s.recv(struct.unpack("<III", header)[2]) if len(header) == 12 else b""


def until_hung_up(s, seconds=5):
    end = time.time() + seconds
    s.settimeout(seconds)
    try:
        while time.time() < end and s.recv(4096):
            pass
    except OSError:
        pass


def ask(s):
    def number(request):
        send(s, request)
        return struct.unpack("<Q", answer(s))[0]
    features = number(GET_FEATURES)
    send(s, SET_FEATURES, struct.pack("<Q", features))
    print("features=%#x" % features, "protocol=%#x" % number(15), "queues=%d" % number(17))


def half(s):
    s.sendall(struct.pack("<III", SET_MEM_TABLE, VERSION, 200))
    until_hung_up(s)


def garbage(s):
    for _ in range(20):
        s.sendall(random.randbytes(random.randrange(1, 400)))


def messages(s):
    for _ in range(200):
        body = random.randbytes(random.choice([0, 8, 16, 40, 272]))
        if random.random() < 0.7:  # small numbers, as indexes and counts are
            body = bytes(b if i % 8 < 1 else 0 for i, b in enumerate(body))
        files = []
        if random.random() < 0.3:
            files = [os.memfd_create("x") for _ in range(random.randrange(1, 9))]
        send(s, random.randrange(0, 45), body, files, random.choice([1, 1, 1, 9, 0, 0xFFFFFFFF]))
        for f in files:
            os.close(f)
        if random.random() < 0.05:
            s.setblocking(False)
            try:
                s.recv(65536)
            except OSError:
                pass
            s.settimeout(3)


def rings(s):
    """A guest of 4 MB whose driver runs. Its rings lie in the first megabyte, which is then filled
    with descriptors of random addresses and lengths, in chains that may be circles."""
    guest(s, lambda fd, turn: None)


def shrink(s):
    def take(fd, turn):
        if turn == 100:
            os.ftruncate(fd, 0x2000)
            time.sleep(1)
            sys.exit("memory is gone")
    guest(s, take)


def race(s):
    memory = start_guest(s)[1]
    size, base, entries = 4 << 20, 0x100000, 256
    head = struct.pack("<QIHH", base + size - 4, 64, 4, 0)  # an indirect table, of which 4 bytes are there
    for ring in (0, 1):
        at = ring * 0x10000
        memory[at:at + 16 * entries] = head * entries
        memory[at + 0x4000:at + 0x4004] = struct.pack("<HH", 0, 30000)
    short, long = struct.pack("<I", 4), struct.pack("<I", 64)
    while True:
        for ring in (0, 0x10000):
            memory[ring + 8:ring + 12] = long
            memory[ring + 8:ring + 12] = short


def start_guest(s):
    """Returns the file of the memory, and the memory."""
    size, base, entries = 4 << 20, 0x100000, 256
    fd = os.memfd_create("guest")
    os.ftruncate(fd, size)
    memory = mmap.mmap(fd, size)
    send(s, GET_FEATURES)
    features = struct.unpack("<Q", answer(s))[0] & (1 << 32 | 1 << 15 | 1 << 28 | PROTOCOL_FEATURES)
    send(s, SET_OWNER)
    send(s, SET_FEATURES, struct.pack("<Q", features))
    send(s, SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, base, size, base, 0), [fd])
    for ring in (0, 1):
        at = base + ring * 0x10000
        send(s, SET_VRING_NUM, struct.pack("<II", ring, entries))
        send(s, SET_VRING_ADDR, struct.pack("<IIQQQQ", ring, 0, at, at + 0x8000, at + 0x4000, 0))
        send(s, SET_VRING_BASE, struct.pack("<II", ring, 0))
        events = [os.eventfd(0), os.eventfd(0)]
        send(s, SET_VRING_KICK, struct.pack("<Q", ring), events[:1])
        send(s, SET_VRING_CALL, struct.pack("<Q", ring), events[1:])
        send(s, SET_VRING_ENABLE, struct.pack("<II", ring, 1))
    return fd, memory


def guest(s, each_turn):
    fd, memory = start_guest(s)
    size, base, entries = 4 << 20, 0x100000, 256
    available = turn = 0
    while True:
        for ring in (0, 1):
            at = ring * 0x10000
            for i in range(entries):
                address = random.choice(
                    [base + random.randrange(size), random.getrandbits(64), base + size - 4, 0])
                length = random.choice([0, 4, 12, 60, 1514, 65536, 0xFFFFFFFF, random.getrandbits(32)])
                memory[at + 16 * i:at + 16 * i + 16] = struct.pack(
                    "<QIHH", address, length, random.randrange(8), random.randrange(2 * entries))
            heads = b"".join(struct.pack("<H", random.randrange(300)) for _ in range(entries))
            memory[at + 0x4004:at + 0x4004 + 2 * entries] = heads
            available += random.choice([1, 32, 256, 30000])
            memory[at + 0x4000:at + 0x4004] = struct.pack("<HH", random.randrange(2), available & 0xFFFF)
        time.sleep(0.001)
        turn += 1
        each_turn(fd, turn)


s = peer()
try:
    {"ask": ask, "half": half, "garbage": garbage, "messages": messages, "rings": rings, "shrink": shrink,
     "race": race}[kind](s)
except (OSError, struct.error) as error:
    print("ended:", error)
