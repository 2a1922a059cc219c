"""README.md, section by section: every script writes its own and leaves the others alone."""

import datetime
import os
import pathlib

README = pathlib.Path(__file__).parent.parent / "README.md"


def write_section(title, text):
    """Puts ``text`` under the heading ``title``; a new section goes to the end."""
    old = README.read_text() if README.exists() else "# Benchmarks\n"
    head, *sections = old.split("\n## ")
    section = f"{title}\n\n{text.strip()}\n"
    names = [s.split("\n", 1)[0] for s in sections]
    if title in names:
        sections[names.index(title)] = section
    else:
        sections.append(section)
    README.write_text("\n## ".join([head.rstrip("\n") + "\n", *(s.rstrip("\n") + "\n" for s in sections)]))


def machine():
    """The day, the processor and how busy it is, for the head of a table."""
    with open("/proc/cpuinfo") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    cpu = f"{names[0] if names else 'unknown'}, {os.cpu_count()} cores"
    return f"Measured on {datetime.date.today()}: {cpu}; load average {os.getloadavg()[0]:.1f} at the start."


def duration(microseconds):
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:.2f} s"
    return f"{microseconds / 1e3:.2f} ms" if microseconds >= 1e3 else f"{microseconds:.1f} us"
