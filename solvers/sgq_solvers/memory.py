"""How much memory this process can still have, asked before a state of 2^n amplitudes is made."""

from __future__ import annotations

import math
import os
from pathlib import Path


def free_memory() -> float:
    """Bytes that can be had without swapping, as Linux estimates them and its control group allows; else infinity.

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
    group = Path("/sys/fs/cgroup")
    try:
        limit = float((group / "memory.max").read_text())  # "max" where there is none
        return min(available, limit - float((group / "memory.current").read_text()))
    except (OSError, ValueError):
        return available
