#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors

"""One line for each flash loader in a folder: read, linted, tried on a simulated board, verdict.

    Tests/Corpus/run.py EXTFLASH DIR [--limit SECONDS] [--board NAME]

Loaders are files that end with .stldr or .flm, in DIR and below it, and in packs and zip files there. Each is given to
`extflash loader check --brief`, for no longer than the limit. The exit status is 0 when each loader came to a verdict, whatever
it was; 1 when some did not (a time limit, a crash of extflash, an archive that cannot be read); 2 when there is no loader at all
or the call is wrong.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import zipfile

ENDINGS = (".stldr", ".flm")
ARCHIVES = (".pack", ".zip")
# What a file in an archive may have: more is no loader, and may be meant to fill the disk.
MOST_BYTES = 64 << 20
# 40 to 43: the file cannot be a loader, or will not work. Anything else is no verdict on it.
VERDICTS = {0: "verdict", 40: "no loader", 41: "no loader", 42: "no loader", 43: "verdict"}


def loaders(folder):
    """Every loader as its name for people and a function that gives its path; a problem in place of the function."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(root, name)
            shown = os.path.relpath(path, folder)
            if name.lower().endswith(ENDINGS):
                yield shown, path
            elif name.lower().endswith(ARCHIVES):
                yield from packed(path, shown)


def packed(path, shown):
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(ENDINGS)]
            for entry in sorted(entries, key=lambda entry: entry.filename):
                name = f"{shown}:{entry.filename}"
                if entry.file_size > MOST_BYTES:
                    yield name, OSError(f"{entry.file_size} bytes are no loader")
                    continue
                with tempfile.TemporaryDirectory() as scratch:
                    # Its own name: what a loader is called counts. Nothing of its path, which may lead elsewhere.
                    own = os.path.basename(entry.filename.replace("\\", "/")) or "loader.flm"
                    copy = os.path.join(scratch, own)
                    with archive.open(entry) as source, open(copy, "wb") as target:
                        target.write(source.read(MOST_BYTES))
                    yield name, copy
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        yield shown, OSError(f"not a zip file that can be read: {error}")
    except Exception as error:  # zlib.error and others of the decompressors
        yield shown, OSError(f"not a zip file that can be read: {type(error).__name__}: {error}")


def check(program, path, options):
    """The line of a loader without its name, and how it ended: a word of VERDICTS or "failed"."""
    command = [program, "loader", "check", "--brief"]
    if options.board:
        command += ["--board", options.board]
    # Absolute: a name that begins with a dash is no option then.
    run = subprocess.Popen(
        command + [os.path.abspath(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace", start_new_session=True)
    try:
        output, errors = run.communicate(timeout=options.limit)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        return f"no verdict within {options.limit:g} s", "failed"
    ended = VERDICTS.get(run.returncode, "failed")
    lines = output.strip().splitlines()
    if lines and ended != "failed":
        # The name stands in the list already.
        return lines[0].removeprefix(os.path.abspath(path) + ": "), ended
    first = next((line for line in errors.splitlines() if line.startswith("error: ")), errors.strip() or "no word")
    text = first.removeprefix("error: ").replace(os.path.abspath(path), os.path.basename(path))
    return text + ("" if ended != "failed" else f" (exit status {run.returncode})"), ended


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--limit", type=float, default=600, help="seconds for one loader")
    parser.add_argument("--board", help="the simulated board of all; left out: inferred from each")
    options = parser.parse_args()
    if not os.path.isdir(options.folder):
        print(f"{options.folder} is no folder", file=sys.stderr)
        return 2
    counts = {}
    for shown, path in loaders(options.folder):
        if isinstance(path, OSError):
            line, ended = str(path), "failed"
        else:
            line, ended = check(options.program, path, options)
        verdict = line.rsplit("; ", 1)[-1] if ended == "verdict" else ended
        counts[verdict] = counts.get(verdict, 0) + 1
        name = "".join(letter if letter.isprintable() else "?" for letter in shown)
        print(f"{name}: {line}", flush=True)
    total = sum(counts.values())
    parts = [f"{counts[word]} {word}" for word in ("sound", "works", "fails", "no loader", "failed") if word in counts]
    print(f"{total} loaders" + (": " + ", ".join(parts) if parts else ""))
    if total == 0:
        return 2
    return 1 if counts.get("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
