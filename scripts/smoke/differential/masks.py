"""Sets of header fields in datapath actions. A set's mask has the bits of the field that lookups
looked at, and those may be more in one switch than in the other."""

import ipaddress
import re

ITEM = re.compile(r'(\w+)=([0-9a-fx.:]+)(?:/([0-9a-fx.:]+))?')


def number(text):
    if re.fullmatch(r'(?:[0-9a-f]{2}:){5}[0-9a-f]{2}', text):
        return int(text.replace(':', ''), 16)
    return int(ipaddress.ip_address(text)) if '.' in text or ':' in text else int(text, 0)


def agree(mine, theirs):
    """Whether two items say the same as far as both speak."""
    if mine[1] != theirs[1]:
        return False
    mask = -1
    for item in (mine, theirs):
        mask &= number(item[3]) if item[3] else -1
    return number(mine[2]) & mask == number(theirs[2]) & mask


def with_masks_of(mine, theirs):
    """`mine` with the items of `theirs` that say the same under another mask."""
    first, second = list(ITEM.finditer(mine)), list(ITEM.finditer(theirs))
    if '/' not in mine + theirs or len(first) != len(second):
        return mine
    result, end = '', 0
    for a, b in zip(first, second):
        result += mine[end:a.start()]
        try:
            result += b.group() if agree(a, b) else a.group()
        except ValueError:
            result += a.group()
        end = a.end()
    return result + mine[end:]
