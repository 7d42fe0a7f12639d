"""How much memory this process can still have, asked before a state of 2^n amplitudes is made."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

MAX_QUBITS = 40
"""More than any memory holds, where free memory is not told: 2^40 amplitudes take ten terabytes and more."""

_GROUPS = Path("/sys/fs/cgroup")


def free_memory() -> float:
    """Bytes that can be had without swapping, as Linux estimates them and its control groups allow; else infinity.

    Elsewhere than on Linux, all the memory there is, or infinity where that is not told.
    """
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        available = 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        try:
            return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        except (AttributeError, ValueError, OSError):
            return math.inf
    return min([available, *_left_by_groups()])


def gigabytes(num_bytes: int) -> str:
    """A number of bytes, however large, as text."""
    if num_bytes < 1 << 1000:
        return f"{num_bytes / 1e9:.3g} GB"
    part, power = math.modf(math.log10(num_bytes) - 9)
    return f"{10**part:.3g}e+{power:.0f} GB"


def _left_by_groups() -> Iterator[float]:
    """What the control groups of this process leave, of either version of Linux's interface."""
    for version, names, inactive in (
        (2, ("memory.max", "memory.current"), "inactive_file"),
        (1, ("memory.limit_in_bytes", "memory.usage_in_bytes"), "total_inactive_file"),
    ):
        for group in _own_groups(version):
            try:
                limit, used = (float((group / name).read_text()) for name in names)  # "max" where there is no limit
            except (OSError, ValueError):
                continue
            yield limit - used + _reclaimable(group, inactive)


def _own_groups(version: int) -> Iterator[Path]:
    """The directories of this process's group and of those that it is part of."""
    root, key = (_GROUPS, "") if version == 2 else (_GROUPS / "memory", "memory")
    try:
        entries = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        entries = []
    own = next((Path(path) for _, controllers, path in entries if key in controllers.split(",")), Path("/"))
    for part in (own, *own.parents):
        yield root / part.relative_to("/")


def _reclaimable(group: Path, key: str) -> float:
    """Cached files that count as used until something else wants their place."""
    try:
        entries = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return float(entries.get(key, 0))
    except (OSError, ValueError):
        return 0.0
