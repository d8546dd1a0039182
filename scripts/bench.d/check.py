"""Compares a run of scripts/bench with what it has to reach.

usage: check.py JSON-FILE THRESHOLDS

THRESHOLDS has lines "ROW RATIO [OTHER]": what Patchbay's figure over that of OVS at its best, or over
Patchbay's own in the row OTHER, may be at most; with ">" in front of the number, at least. False if a row
is worse, or could not be measured.
"""

import json
import sys


def ratio(rows, name, other):
    if not other:
        return rows[name]['ratio']
    medians = [rows.get(row, {}).get('median', {}).get('patchbay') for row in (name, other)]
    return None if None in medians else medians[0] / medians[1]


def main():
    rows = {row['row']: row for row in json.load(open(sys.argv[1]))['rows']}
    wrong = 0
    for line in open(sys.argv[2]):
        name, limit, other, *_ = line.split('#')[0].split() + [None] * 3
        # What was not run is not asked for.
        if name not in rows or other and other not in rows:
            continue
        value, least, bound = ratio(rows, name, other), limit[0] == '>', float(limit.lstrip('>'))
        if value is None or (value < bound if least else value > bound):
            print('%s%s: %s, may be at %s %.2f' % (
                name, ' over ' + other if other else '', 'not measured' if value is None else '%.2f' % value,
                'least' if least else 'most', bound))
            wrong += 1
    print('bench: %d of the ratios are worse than they may be' % wrong)
    return wrong == 0


sys.exit(0 if main() else 1)
