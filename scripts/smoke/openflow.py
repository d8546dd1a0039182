"""A small OpenFlow speaker for scenarios: controllers that listen, clients that connect, and bytes that
no decent peer would send. Standard library only.

    from openflow import *
    peer = accept(listen("tcp", 6653), [4])     # a controller; the switch connects
    peer = connect("unix:/run/x/br0.mgmt", [4]) # a client
    reply = peer.ask(FEATURES_REQUEST)
"""
import os, socket, ssl, struct, subprocess, sys, time

HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, EXPERIMENTER = 0, 1, 2, 3, 4
FEATURES_REQUEST, FEATURES_REPLY, GET_CONFIG_REQUEST, GET_CONFIG_REPLY, SET_CONFIG = 5, 6, 7, 8, 9
PACKET_IN, FLOW_REMOVED, PORT_STATUS, PACKET_OUT, FLOW_MOD = 10, 11, 12, 13, 14
ROLE_REQUEST, ROLE_REPLY, GET_ASYNC_REQUEST, GET_ASYNC_REPLY, SET_ASYNC = 24, 25, 26, 27, 28
ROLE_STATUS, REQUESTFORWARD = 30, 32
EQUAL, PRIMARY, SECONDARY = 1, 2, 3
NICIRA = 0x2320


class Message:
    def __init__(self, data):
        self.version, self.type, self.length, self.xid = struct.unpack("!BBHI", data[:8])
        self.body = data[8:]

    @property
    def error(self):
        return struct.unpack("!HH", self.body[:4]) if self.type == ERROR else None

    def __repr__(self):
        return f"<v{self.version} type {self.type} xid {self.xid} {self.body[:40].hex()}>"


class Peer:
    def __init__(self, sock, versions=(1,)):
        self.sock, self.xid, self.buffer = sock, 100, b""
        self.sock.settimeout(10)
        self.version = max(versions) if versions else 1
        if versions:
            bitmap = sum(1 << v for v in versions)
            self.send(HELLO, struct.pack("!HHI", 1, 8, bitmap))
            theirs = self.receive()
            assert theirs.type == HELLO, theirs
            offered = [v for v in versions if v <= theirs.version]
            if len(theirs.body) >= 8:
                bits = struct.unpack("!I", theirs.body[4:8])[0]
                offered = [v for v in versions if bits >> v & 1]
            self.version = max(offered, default=self.version)

    def send(self, type, body=b"", xid=None, version=None):
        if xid is None:
            self.xid += 1
            xid = self.xid
        header = struct.pack("!BBHI", version or self.version, type, 8 + len(body), xid)
        self.sock.sendall(header + body)
        return xid

    def nicira(self, subtype, body=b""):
        return self.send(EXPERIMENTER, struct.pack("!II", NICIRA, subtype) + body)

    def take(self, count):
        while len(self.buffer) < count:
            more = self.sock.recv(65536)
            if not more:
                raise EOFError
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def receive(self):
        header = self.take(8)
        return Message(header + self.take(struct.unpack("!H", header[2:4])[0] - 8))

    def news(self, timeout=0.5):
        """What comes within that time, echo requests answered."""
        messages, end = [], time.time() + timeout
        try:
            while True:
                self.sock.settimeout(max(0.01, end - time.time()))
                message = self.receive()
                if message.type == ECHO_REQUEST:
                    self.send(ECHO_REPLY, message.body, message.xid)
                else:
                    messages.append(message)
        except (TimeoutError, ssl.SSLWantReadError):
            pass
        finally:
            self.sock.settimeout(10)
        return messages

    def answer(self, xid):
        """The answer to a request; what comes before it is kept in `missed`."""
        self.missed = []
        while True:
            message = self.receive()
            if message.type == ECHO_REQUEST:
                self.send(ECHO_REPLY, message.body, message.xid)
            elif message.xid == xid:
                return message
            else:
                self.missed.append(message)

    def ask(self, type, body=b""):
        return self.answer(self.send(type, body))

    def barrier(self):
        return self.ask(18 if self.version == 1 else 20)

    def role(self, role, generation=0):
        """The role and generation that the switch answers with, or the error."""
        reply = self.ask(ROLE_REQUEST, struct.pack("!IIQ", role, 0, generation))
        if reply.error:
            return reply.error
        got, _, number = struct.unpack("!IIQ", reply.body)
        return got, number

    def is_closed(self, timeout=10):
        self.sock.settimeout(timeout)
        try:
            while True:
                if not self.sock.recv(65536):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self):
        self.sock.close()


def flow_mod(version, priority=1, command=0, port=0xfffffffb):
    """A flow that matches everything; by default it floods."""
    if version == 1:
        match = struct.pack("!I36x", 0x3fffff)
        return match + struct.pack("!QHHHHIHHHHHH", 0, command, 0, 0, priority, 0xffffffff, 0xffff, 0,
                                   0, 8, port & 0xffff, 0)
    action = struct.pack("!HHIH6x", 0, 16, port, 0)
    instruction = struct.pack("!HHI", 4, 8 + len(action), 0) + action
    match = struct.pack("!HHI", 1, 4, 0)
    return struct.pack("!QQBBHHHIIIHH", 0, 0, 0, command, 0, 0, priority, 0xffffffff, 0xffffffff,
                       0xffffffff, 0, 0) + match + instruction


def listen(kind, where, **tls):
    """A socket where a controller waits: `tcp` and a port, or `unix` and a path. With keys: TLS."""
    if kind == "unix":
        if os.path.exists(where):
            os.unlink(where)
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(where)
    else:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", where))
    sock.listen(128)
    sock.settimeout(20)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(tls["ca"])
        context.load_cert_chain(tls["cert"], tls["key"])
        sock = context.wrap_socket(sock, server_side=True)
    return sock


def accept(sock, versions=(1,)):
    """The next connection whose other side is still there: it does not wait for long."""
    while True:
        try:
            return Peer(sock.accept()[0], versions)
        except (ConnectionError, EOFError):
            pass


def dial(target):
    kind, _, place = target.partition(":")
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(place)
    else:
        host, _, port = place.rpartition(":")
        sock = socket.create_connection((host, int(port)), timeout=10)
    return sock


def connect(target, versions=(1,)):
    return Peer(dial(target), versions)


def pump(sock, data, seconds):
    """Sends data over and over, as much as the other side takes, and reads nothing."""
    sock.setblocking(False)
    end, rest, total = time.time() + seconds, b"", 0
    try:
        while time.time() < end:
            rest = rest or data
            try:
                sent = sock.send(rest)
                rest, total = rest[sent:], total + sent
            except BlockingIOError:
                time.sleep(0.005)
    except ConnectionError:
        pass
    return total


def wait_for(what, condition, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def same(what, expected, got):
    assert expected == got, f"{what}: expected {expected!r}, got {got!r}"
