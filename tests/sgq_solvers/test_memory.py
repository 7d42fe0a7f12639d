"""Free memory is some of what the machine has, and no more than control groups leave."""

import os
from pathlib import Path

import pytest

from sgq_solvers.memory import free_memory, gigabytes


def test_free_memory_is_part_of_all_memory() -> None:
    assert 0 < free_memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


MEMINFO = "MemTotal: 9000000 kB\nMemAvailable: 3000000 kB\n"
V2, V1 = "/sys/fs/cgroup", "/sys/fs/cgroup/memory"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({f"{V2}/memory.max": "max\n", f"{V2}/memory.current": "3000000\n"}, 3e6 * 1024),
        ({f"{V2}/memory.max": "5000000\n", f"{V2}/memory.current": "3000000\n"}, 2e6),
        (
            {
                f"{V2}/memory.max": "5000000\n",
                f"{V2}/memory.current": "3000000\n",
                f"{V2}/memory.stat": "anon 1000\ninactive_file 1000000\n",
            },
            3e6,
        ),
        (
            {
                "/proc/self/cgroup": "0::/jobs/17\n",
                f"{V2}/jobs/17/memory.max": "8000000\n",
                f"{V2}/jobs/17/memory.current": "2000000\n",
                f"{V2}/jobs/memory.max": "7000000\n",
                f"{V2}/jobs/memory.current": "3000000\n",
            },
            4e6,
        ),
        (
            {
                "/proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/jobs\n0::/\n",
                f"{V1}/jobs/memory.limit_in_bytes": "6000000\n",
                f"{V1}/jobs/memory.usage_in_bytes": "5000000\n",
                f"{V1}/jobs/memory.stat": "cache 9\ntotal_inactive_file 2000000\n",
                f"{V1}/memory.limit_in_bytes": "9223372036854771712\n",
                f"{V1}/memory.usage_in_bytes": "5000000\n",
            },
            3e6,
        ),
    ],
)
def test_control_groups_may_leave_less(files: dict[str, str], expected: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of either version of Linux's interface; cached files can be had, and a group is held by those it is part of."""

    def read(self: Path) -> str:
        try:
            return {"/proc/meminfo": MEMINFO, **files}[str(self)]
        except KeyError:
            raise FileNotFoundError(self) from None

    monkeypatch.setattr(Path, "read_text", read)
    assert free_memory() == expected


@pytest.mark.parametrize(("size", "text"), [(12_340_000_000, "12.3 GB"), (40 << 1030, "4.6e+302 GB")])
def test_bytes_as_text(size: int, text: str) -> None:
    assert gigabytes(size) == text


def test_elsewhere_it_is_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Path) -> str:
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "read_text", missing)
    assert free_memory() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
