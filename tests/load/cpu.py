"""CPU time of process trees."""

import psutil


def tree(root: int) -> list[psutil.Process]:
    """A process and everything it started."""
    process = psutil.Process(root)
    return [process, *process.children(recursive=True)]


def cpu_seconds(roots: list[int], *, without: set[int] | None = None) -> float:
    """User and system time of the process trees so far, including children that ended."""
    total = 0.0
    for pid in {process.pid for root in roots for process in tree(root)} - (without or set()):
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def memory_mb(roots: list[int], *, without: set[int] | None = None) -> float:
    """Proportional set size of the process trees, in megabytes: shared pages are counted once."""
    total = 0
    for pid in {process.pid for root in roots for process in tree(root)} - (without or set()):
        try:
            total += psutil.Process(pid).memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6
