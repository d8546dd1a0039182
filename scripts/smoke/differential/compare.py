"""Gives two switches the same flows, groups and meters, and compares what they say of them.

usage: compare.py RUNDIR RUNDIR FLOWS [SEED] [VERSION...]

Each RUNDIR is that of a running switch with a bridge br0 of six ports; FLOWS is how many flows each
version gets. Compared are the errors that ovs-ofctl prints, the dumps of flows, groups and meters,
ofproto/trace, and the packets that leave the ports, which have `tx_pcap`. Prints a summary, then
what differs, at most SHOW (forty) lines of it; false if anything differs.
"""

import difflib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from frames import Frames
from generator import Generator
from masks import with_masks_of
from randomness import PORTS
from switch import Switch, normal_dump, normal_error, normal_trace

# Flows that are there at the same time.
ROUND = 25
NAMES = ['p%d' % port for port in PORTS]
PATIENCE = 10
VERSIONS = ['OpenFlow10', 'OpenFlow13', 'OpenFlow15']
SHOW = int(os.environ.get('SHOW', 40))


class Comparison:
    def __init__(self, switches, version, shown):
        self.switches, self.version, self.shown = switches, version, shown
        self.counts = {}
        self.differences = {}
        self.pool = ThreadPoolExecutor(2)

    def same(self, what, about, mine, theirs):
        self.counts[what] = self.counts.get(what, 0) + 1
        if mine == theirs:
            return
        self.differences[what] = self.differences.get(what, 0) + 1
        if len(self.shown) >= SHOW:
            return
        self.shown.append('--- %s %s: %s' % (self.version, what, about))
        diff = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), 'expected', 'got',
                                    lineterm='', n=1)
        self.shown += ['    ' + line for line in list(diff)[2:22]]

    def each(self, question):
        """What both switches answer, asked at the same time."""
        return list(self.pool.map(question, self.switches))

    def both(self, what, normal, *arguments):
        self.same(what, ' '.join(arguments), *self.each(
            lambda switch: normal(switch.ofctl(self.version, *arguments))))

    def eventually(self, what, about, question):
        """What becomes the same after a while: counters are carried to rules twice a second."""
        end = time.time() + PATIENCE
        mine, theirs = self.each(question)
        while mine != theirs and time.time() < end:
            time.sleep(0.2)
            mine, theirs = self.each(question)
        self.same(what, about, mine, theirs)

    def reset(self):
        for kind in ('flows', 'groups', 'meters'):
            self.each(lambda switch: switch.ofctl('OpenFlow15', 'del-' + kind, 'br0'))
        self.each(lambda switch: switch.ask('fdb/flush', 'br0'))

    def round(self, number, generator, frames, flows):
        """Every second round sends packets, in turn with one tag and with two."""
        self.reset()
        teaches = number % 2 == 0
        generator.start(teaches, labels=number % 4 != 3)
        self.groups(generator, flows // 5)
        self.meters(generator, flows // 10)
        for _ in range(flows):
            self.both('flow', normal_error, 'add-flow', 'br0', generator.flow())
        self.dumps(generator, flows // 20)
        for _ in range(flows):
            self.trace(generator, frames)
        if teaches:
            self.both('dump-flows', normal_dump, 'dump-flows', 'br0')
        else:
            self.packets(generator, frames, flows)
        for _ in range(flows // 10):
            command, argument = generator.change()
            self.both(command[0], normal_error, *command, 'br0', argument)
        for _ in range(flows // 10 if generator.groups else 0):
            command, argument = generator.group_change()
            self.both(command, normal_error, command, 'br0', argument)
        for _ in range(flows // 20 if generator.meters else 0):
            command, argument = generator.meter_change()
            self.both(command, normal_error, command, 'br0', argument)
        self.dumps(generator, 0)

    def groups(self, generator, count):
        for _ in range(count if self.version != 'OpenFlow10' else 0):
            self.both('group', normal_error, 'add-group', 'br0', generator.group())

    def meters(self, generator, count):
        for _ in range(count if self.version >= 'OpenFlow13' else 0):
            self.both('meter', normal_error, 'add-meter', 'br0', generator.meter())

    def dumps(self, generator, selections):
        self.both('dump-flows', normal_dump, 'dump-flows', 'br0')
        if generator.groups:
            self.both('dump-groups', normal_dump, 'dump-groups', 'br0')
        if generator.meters:
            self.both('dump-meters', normal_dump, 'dump-meters', 'br0')
        for _ in range(selections):
            selection = ','.join(generator.match())
            self.both('dump-flows', normal_dump, 'dump-flows', 'br0', selection)
            self.both('aggregate', normal_error, 'dump-aggregate', 'br0', selection)

    def trace(self, generator, frames):
        command, arguments = 'ofproto/trace', [generator.packet()]
        kind = generator.rng.randrange(10)
        # What learns may also count, in one switch and not in the other.
        if kind < 3 and generator.teaches:
            arguments = ['in_port=%d' % generator.pick(*PORTS), frames.frame()]
        elif kind == 3 and generator.teaches:
            arguments.append('-generate')
        elif kind == 4:
            command = 'ofproto/trace-packet-out'
            arguments.append(generator.actions(0, []))
        mine, theirs = self.each(
            lambda switch: normal_trace(switch.ask(command, 'br0', *arguments)))
        self.same('trace', ' '.join([command] + arguments), with_masks(mine, theirs), theirs)

    def packets(self, generator, frames, count):
        """What leaves the ports, and what rules, groups and meters counted."""
        self.each(lambda switch: switch.forget(NAMES))
        for _ in range(count):
            port, frame = generator.pick(*NAMES), frames.frame(1 if generator.labels else 2)
            self.same('packet', frame, *self.each(
                lambda switch: switch.ask('netdev-dummy/receive', port, frame)))
        self.eventually('sent', 'packets', lambda switch: switch.sent(NAMES))
        kinds = ['dump-flows'] + ['dump-group-stats'] * bool(generator.groups) + [
            'meter-stats'] * bool(generator.meters)
        for kind in kinds:
            self.eventually(kind, 'after packets', lambda switch: normal_dump(
                switch.ofctl(self.version, kind, 'br0')))

    def summary(self):
        for what, count in self.counts.items():
            print('%s %-16s %5d compared, %d differ' % (
                self.version, what, count, self.differences.get(what, 0)))


def with_masks(mine, theirs):
    """A trace whose datapath actions have the other's masks where they say the same."""
    start, actions = '\n'.join(mine.split('\n')[:-1]), mine.split('\n')[-1]
    return start + '\n' * bool(start) + with_masks_of(actions, theirs.split('\n')[-1])


def main():
    switches, flows = [Switch(sys.argv[1]), Switch(sys.argv[2])], int(sys.argv[3])
    for switch in switches:
        switch.wait_for_ports(len(PORTS) + 1)
    seed = sys.argv[4] if len(sys.argv) > 4 else '1'
    shown = []
    for version in sys.argv[5:] or VERSIONS:
        comparison = Comparison(switches, version, shown)
        generator, frames = Generator(seed, version), Frames(seed, version)
        try:
            for number in range(max(flows // ROUND, 1)):
                comparison.round(number, generator, frames, min(flows, ROUND))
        except (OSError, EOFError):
            # Debian's has assertions that some flows fail: nothing to compare with any more.
            if not switches[0].is_alive() or switches[1].is_alive():
                raise
            print('%s: the other switch died in round %d, the rest is not compared' % (version, number))
            break
        finally:
            comparison.summary()
    for line in shown:
        print(line)
    sys.exit(1 if shown else 0)


main()
