"""What all of it runs on, and how much memory a process holds."""

import os
import platform
import sys
from pathlib import Path

_PAGES = 1024 * 1024


def resident_megabytes() -> float:
    """Return the memory that this process alone holds; of its children nothing."""
    try:
        said = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import resource  # noqa: PLC0415 - there is none on Windows

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (_PAGES if sys.platform == "darwin" else 1024)
    (line,) = (each for each in said.splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def machine() -> str:
    """Return in words what it runs on."""
    model = platform.processor() or platform.machine()
    try:
        said = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        said = ""
    for line in said.splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}"
