"""A running switch, asked through ovs-ofctl and its control socket, and what its answers say
without what differs from run to run."""

import json
import os
import re
import socket
import struct
import subprocess
import time

LOG_LINE = re.compile(r'^\d{4}-\d\d-\d\dT[0-9:.]+Z\|\d+\|')


class Switch:
    def __init__(self, rundir):
        self.rundir = rundir
        self.environment = dict(os.environ, OVS_RUNDIR=rundir, LC_ALL='C')
        with open(os.path.join(rundir, 'ovs-vswitchd.pid')) as pid:
            self.pid = pid.read().strip()
        path = os.path.join(rundir, 'ovs-vswitchd.%s.ctl' % self.pid)
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(path)
        self.seen = {}

    def is_alive(self):
        return os.path.exists('/proc/%s/exe' % self.pid)

    def ofctl(self, version, *arguments, text=None):
        """What ovs-ofctl prints, without its log: that has the time in it, and is rate limited."""
        done = subprocess.run(['ovs-ofctl', '-O', version, *arguments], env=self.environment,
                              input=text, capture_output=True, text=True, timeout=60)
        lines = (done.stdout + done.stderr).splitlines()
        return '\n'.join(line for line in lines if not LOG_LINE.match(line))

    def ask(self, *arguments):
        """A control command, over one connection for all."""
        request = {'id': 0, 'method': arguments[0], 'params': list(arguments[1:])}
        self.control.sendall(json.dumps(request).encode())
        decoder, received = json.JSONDecoder(), ''
        while True:
            part = self.control.recv(1 << 16)
            if not part:
                raise EOFError('the control socket was closed by ' + str(request))
            received += part.decode()
            try:
                reply = decoder.raw_decode(received)[0]
            except ValueError:
                continue
            return reply['result'] if reply['error'] is None else 'error: ' + reply['error']

    def wait_for_ports(self, count):
        """A port that is not up yet is no live member of groups and bundles."""
        for _ in range(300):
            if self.ofctl('OpenFlow15', 'dump-ports-desc', 'br0').count('LIVE') == count:
                return
            time.sleep(0.1)
        raise TimeoutError('%s has not %d live ports' % (self.rundir, count))

    def sent(self, ports):
        """The frames that left through each port since the last `forget`: lines, sorted, because
        only packets of one flow keep their order."""
        return '\n'.join('%s: %s' % (port, frame) for port in ports
                         for frame in sorted(self.captured(port)[self.seen.get(port, 0):]))

    def forget(self, ports):
        self.seen = {port: len(self.captured(port)) for port in ports}

    def captured(self, port):
        """What the port's `tx_pcap` has."""
        with open(os.path.join(self.rundir, port + '.pcap'), 'rb') as file:
            data = file.read()
        frames, offset = [], 24
        while offset + 16 <= len(data):
            length = struct.unpack_from('<I', data, offset + 8)[0]
            frames.append(data[offset + 16:offset + 16 + length].hex())
            offset += 16 + length
        return frames


def normal_error(text):
    return re.sub(r'\(xid=0x[0-9a-f]+\)', '(xid)', text)


def normal_dump(text):
    """Ages differ, and the order of flows of one priority is anyone's."""
    text = re.sub(r'duration[=:][0-9.]+s,? ?|idle_age=\d+, |hard_age=\d+, ', '', normal_error(text))
    return '\n'.join(sorted(text.splitlines()))


def normal_trace(text):
    """What a trace says of the way and the result. The megaflow's mask may be wider than the
    other's, and numbers of recirculations and of the datapath's meters are anyone's. The order of a
    flood's ports is that of a hash table there, which changes with every change of the
    configuration."""
    lines = []
    for line in text.splitlines():
        if line.startswith('Megaflow:'):
            continue
        line = re.sub(r'\bmeter\(\d+\)', 'meter(N)', line)
        line = re.sub(r'recirc\(0x[0-9a-f]+\)', 'recirc(N)', line)
        line = re.sub(r'recirc_id\(0x[0-9a-f]+\)', 'recirc_id(N)', line)
        lines.append(re.sub(r'recirc_id=(0x)?[0-9a-f]+', 'recirc_id=N', line))
    text = '\n'.join(lines)
    if re.search(r'(?m)^ *(FLOOD|ALL)$|, flooding$', text):
        text = re.sub(r'(?<=[:,( ])\d+(?:,\d+)+(?=[,)\n]|$)', sorted_ports, text)
    return text


def sorted_ports(outputs):
    return ','.join(sorted(outputs.group().split(','), key=int))
