"""Runs the kernels of level v4 on an emulated processor, for machines without AVX-512: ``run.py [BUILD]``.

BUILD is the folder of a ``swift build`` (``.build/debug`` unless given); clang and lld come with Swift, the emulator with
``pip install bochscpu-python``. It takes some minutes, and ends with the number of comparisons and of failures.
"""

import glob
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

from bochscpu import Hook, Segment, Session, State, memory

HERE = pathlib.Path(__file__).parent
PAGE = 0x1000
STACK, TABLES = 0x2000000, 0x3000000
KERNELS = (
    "Unary Binary LeakyReluGrad Sum Extremum SumRows ExtremumRows Softmax CrossEntropy SparseCrossEntropy "
    "GradientDescent Momentum Adam Adagrad RMSProp GemmBlock PackPanel PackRows Dots RowTimes Products"
).split()
RENAMED = {"GemmBlock": "block", "RMSProp": "rmsProp"}


def link(build, program):
    """Links the harness with the objects of both levels; kernels get short names in place of Swift's."""
    options, objects = [], []
    for level in "34":
        files = sorted(glob.glob(f"{build}/KernelsV{level}.build/*.o"))
        objects += files
        listing = subprocess.run(["nm", *files], capture_output=True, text=True, check=True).stdout
        symbols = set(re.findall(r" T (\S+)", listing))
        for short, name in (("f", "float"), ("d", "double")):
            for kernel in KERNELS:
                full = name + kernel
                (symbol,) = (s for s in symbols if s.startswith(f"$s9KernelsV{level}{len(full)}{full}y"))
                alias = RENAMED.get(kernel, kernel[0].lower() + kernel[1:])
                options.append(f"-Wl,--defsym=s{level}{short}_{alias}={symbol}")
    bare = ["-O2", "-march=x86-64", "-ffreestanding", "-fno-builtin", "-fno-stack-protector"]
    layout = ["--image-base=0x400000", "-z,norelro", "--unresolved-symbols=ignore-all", "--gc-sections", "-u,result"]
    subprocess.run(
        ["clang", *bare, "-nostdlib", "-static", "-fuse-ld=lld", *(f"-Wl,{flag}" for flag in layout), *options,
         str(HERE / "harness.c"), *objects, "-o", program],
        check=True,
    )  # fmt: skip
    listing = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\S+) \S result$", listing, re.M).group(1), 16)


def map_pages(address, size):
    for page in range(address & -PAGE, address + size, PAGE):
        memory.page_insert(page, memory.allocate_host_page())


def write(address, data):
    for start in range(0, len(data), PAGE // 2):
        memory.phy_write(address + start, list(data[start : start + PAGE // 2]))


def load(program):
    """Puts the program's segments where they belong, with a stack and tables that map memory to itself."""
    data = pathlib.Path(program).read_bytes()
    entry, table = struct.unpack_from("<QQ", data, 24)
    (count,) = struct.unpack_from("<H", data, 56)
    headers = [struct.unpack_from("<IIQQQQQQ", data, table + 56 * i) for i in range(count)]
    pages = set()
    for kind, _, offset, address, _, held, size, _ in headers:
        if kind != 1:
            continue
        wanted = set(range(address & -PAGE, address + size, PAGE))
        for page in sorted(wanted - pages):
            map_pages(page, 1)
        pages |= wanted
        for start in range(0, held, PAGE):
            # A write must not cross a page of the emulated memory.
            part, place = data[offset + start : offset + min(start + PAGE, held)], address + start
            edge = PAGE - place % PAGE
            write(place, part[:edge])
            write(place + edge, part[edge:])
    map_pages(STACK - 0x40000, 0x40000)
    map_pages(TABLES, 3 * PAGE)
    write(TABLES, struct.pack("<Q", TABLES + PAGE | 7))
    write(TABLES + PAGE, struct.pack("<Q", TABLES + 2 * PAGE | 7))
    write(TABLES + 2 * PAGE, b"".join(struct.pack("<Q", i << 21 | 0x87) for i in range(512)))
    return entry


def segment(attributes, selector):
    result = Segment()
    result.present, result.selector, result.base, result.limit, result.attr = True, selector, 0, 0xFFFFFFFF, attributes
    return result


def run(entry):
    """From the entry in 64-bit mode with AVX-512 switched on, until the program halts."""
    state = State()
    state.cr0, state.cr3, state.cr4 = 0x80050033, TABLES, 1 << 5 | 1 << 9 | 1 << 10 | 1 << 18
    state.efer, state.xcr0, state.mxcsr, state.mxcsr_mask, state.fpcw = 0x501, 0xE7, 0x1F80, 0xFFFF, 0x37F
    state.rip, state.rsp, state.rflags = entry, STACK - 0x100, 2
    state.cs = segment(0xA09B, 0x10)
    for name in ("ds", "es", "ss", "fs", "gs"):
        setattr(state, name, segment(0xC093, 0x18))
    state.tr, state.ldtr = segment(0x8B, 0x40), segment(0x82, 0)
    session, hook, end = Session(), Hook(), []
    session.missing_page_handler = lambda address: map_pages(address, 1)
    session.cpu.state = state
    hook.hlt = lambda *_: (end.append("halt"), session.stop())
    hook.exception = lambda _, __, vector, ___: (end.append(f"exception {vector}"), session.stop())
    hook.reset = lambda *_: None
    session.run([hook])
    return end[0], session.cpu.state.rip


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parent.parent / ".build" / "debug")
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "harness")
        place = link(build, program)
        end, address = run(load(program))
    if end != "halt":
        sys.exit(f"stopped by {end} at {address:#x}")
    outcome = struct.unpack("<5q2d", bytes(memory.phy_read(place, 56)))
    checks, failures, kernel, line, lane, expected, actual = outcome
    print(f"{checks} comparisons, {failures} failures")
    if failures:
        sys.exit(f"first: kernel {kernel}, check {line}, element {lane}: {actual}, not {expected}")


if __name__ == "__main__":
    main()
