#!/usr/bin/env python3
"""Runs every ```python block of the guide, each in an interpreter of its own: what a block asserts has to hold.

    python3 docs/guide/run_python_blocks.py [PAGE ...]

The pages are those beside this file, if none is named. Needs CPython 3.11 or later, and nothing else. Ends with status
1 if a block fails, or if there is none.
"""

import re
import subprocess
import sys
from pathlib import Path

FENCE = re.compile(r"^```(.*)$", re.MULTILINE)

# The program of each interpreter. It leaves no name behind for the block to find.
RUN = "exec(compile(__import__('sys').stdin.read(), __import__('sys').argv[1], 'exec'))"


def blocks(page):
    """Gives the line number and the text of each ```python block of a page."""
    text = page.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    if len(fences) % 2 != 0:
        sys.exit(f"{page}: a block has no end")
    for begin, end in zip(fences[::2], fences[1::2]):
        if begin[1] == "python":
            yield text.count("\n", 0, begin.end()) + 1, text[begin.end() + 1 : end.start()]


def passes(page, line, block):
    """Runs a block. Tracebacks name the page, and the line in it."""
    command = [sys.executable, "-I", "-c", RUN, str(page)]
    run = subprocess.run(command, input="\n" * line + block, encoding="utf-8", timeout=60)
    print(f"{page}:{line} ... {'FAILED' if run.returncode else 'ok'}", flush=True)
    return run.returncode == 0


def main():
    if sys.implementation.name != "cpython" or sys.version_info < (3, 11):
        sys.exit(f"the guide is about CPython 3.11 and later, and this is {sys.implementation.name} {sys.version}")
    pages = [Path(name) for name in sys.argv[1:]] or sorted(Path(__file__).parent.glob("*.md"))
    results = [passes(page, *block) for page in pages for block in blocks(page)]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    if not results or not all(results):
        sys.exit(1)


main()
