"""Turns the samples of scripts/bench into a Markdown table (printed), JSON and an SVG plot.

usage: report.py SAMPLES JSON-FILE PROCESSOR COMMIT INTERVAL

SAMPLES has lines of row, subject, value (or "void"), unit. Less is better, but for Gbit/s. The plot goes beside the JSON file.
"""

import json
import statistics
import sys
import time

ORDER = ['testpmd', 'emc', 'smc', 'off', 'tso', 'patchbay']
PEERS = ORDER[1:5]
TITLES = ['testpmd io', 'OVS-DPDK, EMC', 'OVS-DPDK, EMC + SMC', 'OVS-DPDK, no cache', 'OVS, TSO', 'Patchbay']
COLOURS = ['#999999', '#d98c40', '#c05a30', '#a03020', '#806020', '#3070b0']
RATE = 'Gbit/s'


def read(path):
    rows = {}
    for line in open(path):
        name, subject, value, unit = line.rstrip('\n').split('\t')
        samples = rows.setdefault((name, unit), {}).setdefault(subject, [])
        if value != 'void':
            samples.append(float(value))
    return rows


def summary(name, unit, subjects):
    medians = {s: statistics.median(v) for s, v in subjects.items() if v}
    peers = [medians[s] for s in PEERS if s in medians]
    best = max if unit == RATE else min
    ratio = medians['patchbay'] / best(peers) if peers and 'patchbay' in medians else None
    return dict(row=name, unit=unit, samples=subjects, median=medians, ratio=ratio)


def show(row, subject):
    value = row['median'].get(subject)
    return '-' if value is None else '%.2f %s' % (value, RATE) if row['unit'] == RATE else '%.0f' % value


def plot(table, order):
    table = [row for row in table if row['unit'] != RATE]
    height, scale = 16 * len(order), 600 / max(
        [v for row in table for v in row['median'].values()] or [1])
    lines, y = [], 30
    for place, subject in enumerate(order):
        title, colour = TITLES[ORDER.index(subject)], COLOURS[ORDER.index(subject)]
        lines.append('<rect x="%d" y="4" width="12" height="12" fill="%s"/>'
                     '<text x="%d" y="14">%s</text>' % (140 + 180 * place, colour, 156 + 180 * place, title))
    for row in table:
        lines.append('<text x="4" y="%d">%s</text>' % (y + height // 2, row['row']))
        for place, subject in enumerate(order):
            value = row['median'].get(subject)
            if value is not None:
                lines.append('<rect x="140" y="%d" width="%.1f" height="13" fill="%s"/>'
                             '<text x="%.1f" y="%d">%.0f</text>' % (
                                 y + 16 * place, value * scale, COLOURS[ORDER.index(subject)],
                                 144 + value * scale, y + 16 * place + 11, value))
        y += height + 12
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
            'font-size="11">\n<title>TSC cycles per packet</title>\n%s\n</svg>\n' % (max(900, 140 + 180 * len(order)), y, '\n'.join(lines)))


def main():
    samples, output, cpu, commit, interval = sys.argv[1:]
    table = [summary(*key, subjects) for key, subjects in read(samples).items()]
    # Columns of subjects that some row has.
    order = [s for s in ORDER if any(s in row['samples'] for row in table)]
    titles = [TITLES[ORDER.index(s)] for s in order]
    print('\n| row | %s | Patchbay / OVS (best) |' % ' | '.join(titles))
    print('|---|%s---|' % ('---|' * len(order)))
    for row in table:
        print('| %s | %s | %s |' % (
            row['row'], ' | '.join(show(row, s) for s in order),
            '-' if row['ratio'] is None else '%.2f' % row['ratio']))
    with open(output, 'w') as out:
        json.dump(dict(time=time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()), cpu=cpu,
                       commit=commit, interval=int(interval), unit='TSC cycles per packet',
                       rows=table), out, indent=1)
    with open(output.removesuffix('.json') + '.svg', 'w') as out:
        out.write(plot(table, order))
    print('\nTSC cycles per packet, medians; %s, commit %s. Samples: %s' % (cpu, commit, output))


main()
