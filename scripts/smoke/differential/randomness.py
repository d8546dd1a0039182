"""Chance that comes out the same for the same seed, and the few addresses and numbers that flows
and packets share, so that they meet."""

import random

PORTS = list(range(1, 7))
TABLES = 12
MACS = ['02:00:00:00:00:%02x' % n for n in range(1, 7)]
IPS = ['10.0.%d.%d' % (a, b) for a in range(3) for b in range(1, 5)]
IP6S = ['2001:db8:%d::%d' % (a, b) for a in range(2) for b in range(1, 4)]


class Chance:
    def __init__(self, seed, version):
        self.rng = random.Random('%s/%s' % (seed, version))
        self.version = version

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def some(self, percent, *parts):
        return [part for part in parts if self.chance(percent)]

    def number(self, bits):
        """Small numbers, powers and anything."""
        n = self.pick(0, 1, 2, 3, (1 << bits) - 1, self.rng.getrandbits(bits),
                      1 << self.rng.randrange(bits))
        return n & ((1 << bits) - 1)

    def masked(self, bits, form='%#x'):
        value = self.number(bits)
        if self.chance(60):
            return form % value
        mask = self.number(bits) or 1
        return (form + '/%#x') % (value & mask, mask)

    def mac(self):
        mac = self.pick(*MACS)
        return self.pick(mac, mac, '01:00:00:00:00:00/01:00:00:00:00:00',
                         mac + '/ff:ff:00:00:00:ff')

    def ip(self):
        return self.pick(*IPS) + self.pick('', '', '/24', '/16', '/30', '/255.255.0.255')

    def ip6(self):
        return self.pick(*IP6S) + self.pick('', '', '/64', '/127', '/ffff::ffff')
