#!/usr/bin/env python3
"""How near a job comes to what flash and link allow, on the simulated bench.

    speed.py EXTFLASH [--json FILE] [--probe KIND...] [--times typ max random] [--engine auto loader] [--link optimistic pessimistic]
             [--job NAME...]

Prints a table; judges nothing. Virtual time is the bench's own and the same on every machine; processor time and memory are this
machine's. "flash s" is what the flash itself needs for the erases and page programs of the job, by the times of its data sheet
(W25Q128JV, 9.6); records of a few bytes take less than a page. With the pessimistic link probes are no faster than what was published of
their kind; it is measured at typical times.
"""
import argparse, json, os, random, resource, shutil, subprocess, tempfile

SIZE, SECTOR, PAGE, BASE = 16 << 20, 4096, 256, 0x90000000
# Seconds: page program, and erase of 4 KiB, 64 KiB and the chip.
TIMES = {"typ": (400e-6, .045, .150, 40), "max": (3e-3, .400, 2.000, 200)}
PROBES = ["stlink-v3", "cmsis-dap-v2", "stlink-v2", "stlink-v2-1", "cmsis-dap-v1"]
# 50 kB/s: a full chip would take minutes and tell nothing else.
SLOW = {"cmsis-dap-v1": {"unchanged", "1 % changed", "64 KiB", "10,000 records", "verify", "erase all"}}


def firmware(program):
    """Machine code and its tables, of which LZ4 makes about half: those of the program that is measured."""
    with open(program, "rb") as file:
        # Without its header, by which it would be known as a program for another processor.
        file.seek(1 << 16)
        data = file.read(SIZE)
    return data + b"\xFF" * (SIZE - len(data))


def changed(data, seed, pieces=41):
    rng, out = random.Random(seed), bytearray(data)
    for sector in rng.sample(range(SIZE // SECTOR), pieces):
        out[sector * SECTOR:(sector + 1) * SECTOR] = rng.randbytes(SECTOR)
    return bytes(out)


def records(count, seed):
    """Intel HEX: `count` records of 16 bytes, each in an equal part of the flash."""
    rng, lines, upper = random.Random(seed), [], -1

    def line(kind, low, body):
        raw = bytes([len(body), low >> 8, low & 255, kind]) + body
        lines.append(":" + (raw + bytes([-sum(raw) & 255])).hex().upper())

    for number in range(count):
        part = SIZE // count
        address = BASE + (number * part + rng.randrange(part - 16)) // 16 * 16
        if address >> 16 != upper:
            upper = address >> 16
            line(4, 0, upper.to_bytes(2, "big"))
        line(0, address & 0xFFFF, rng.randbytes(15) + b"\x55")
    line(1, 0, b"")
    return "\n".join(lines).encode() + b"\n"


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        old, new = random.Random(1).randbytes(SIZE), random.Random(2).randbytes(SIZE)
        self.files = {
            "old.bin": old, "random.bin": new, "firmware.bin": firmware(program), "changed.bin": changed(old, 4),
            "64k.bin": random.Random(5).randbytes(1 << 16), "records.hex": records(10000, 6)}
        for name, data in self.files.items():
            with open(self.path(name), "wb") as out:
                out.write(data)
        self.states = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def state(self, holding):
        """A fresh copy of a flash that holds `holding`, or nothing."""
        copy = self.path("state")
        shutil.rmtree(copy, ignore_errors=True)
        if holding is None:
            return copy
        if holding not in self.states:
            kept = self.path("state-of-" + holding)
            self.run(["program", self.path(holding)], "stlink-v3", "typ", kept, "auto", "optimistic")
            self.states[holding] = kept
        shutil.copytree(self.states[holding], copy)
        return copy

    def run(self, arguments, probe, times, state, engine, link):
        address = ["--address", hex(BASE)] if arguments[-1].endswith(".bin") and arguments[0] != "read" else []
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [self.program, *arguments, *address, "--probe", f"sim:{probe},times={times},link={link},state={state}", "--progress", "none",
             "--json", "--engine", engine], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"{arguments} on {probe}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        report = json.loads(done.stdout)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return report, cpu


def find(report, name):
    """The first value of that key, wherever it stands."""
    if isinstance(report, dict):
        if name in report:
            return report[name]
        report = list(report.values())
    if isinstance(report, list):
        for value in report:
            found = find(value, name)
            if found is not None:
                return found
    return None


#        name, command, what the flash holds before, pages, erases of 4 and of 64 KiB, bytes that have to be read
JOBS = [("blank random", ["program", "random.bin"], None, 65536, 0, 0, 0),
        ("written random", ["program", "random.bin"], "old.bin", 65536, 0, 256, 0),
        ("written firmware", ["program", "firmware.bin"], "old.bin", None, 0, 256, 0),
        ("unchanged", ["program", "old.bin"], "old.bin", 0, 0, 0, 0),
        ("1 % changed", ["program", "changed.bin"], "old.bin", 41 * 16, 41, 0, 0),
        ("64 KiB", ["program", "64k.bin"], "old.bin", 256, 0, 1, 0),
        ("10,000 records", ["program", "records.hex"], None, 10000, 0, 0, 0),
        ("verify", ["verify", "old.bin"], "old.bin", 0, 0, 0, 0),
        ("erase all", ["erase", "--all"], "old.bin", 0, 0, 256, 0),
        ("read random", ["read", "-o"], "random.bin", 0, 0, 0, SIZE),
        ("read firmware", ["read", "-o"], "firmware.bin", 0, 0, 0, SIZE)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--json")
    parser.add_argument("--probe", nargs="+", default=PROBES)
    parser.add_argument("--times", nargs="+", default=["typ", "max", "random"])
    parser.add_argument("--engine", nargs="+", default=["auto"])
    parser.add_argument("--link", nargs="+", default=["optimistic", "pessimistic"])
    parser.add_argument("--job", nargs="+", default=[job[0] for job in JOBS])
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="extflash-speed-") as folder:
        bench = Bench(os.path.abspath(options.program), folder)
        written = sum(bench.files["firmware.bin"][at:at + PAGE].count(255) < PAGE for at in range(0, SIZE, PAGE))
        print(f"{'job':17}{'probe':14}{'times':7}{'link':12}{'engine':8}{'virtual s':>10}{'flash s':>9}{'share':>7}{'transfers':>11}"
              f"{'MiB':>8}{'cpu s/MiB':>11}{'peak MiB':>10}")
        runs = [(engine, times, link, probe, job)
                for engine in options.engine for times in options.times for link in options.link
                for probe in options.probe for job in JOBS
                if job[0] in options.job and job[0] in SLOW.get(probe, {job[0]})
                and (link == "optimistic" or times == "typ" or len(options.link) == 1)]
        for engine, times, link, probe, (name, command, holding, pages, small, large, _) in runs:
            arguments = [command[0]] + [bench.path(part) if "." in part else part for part in command[1:]]
            if command[0] == "read":
                out = bench.path("out.bin")
                # What is there already would not be read again.
                if os.path.exists(out):
                    os.remove(out)
                arguments.append(out)
            report, cpu = bench.run(arguments, probe, times, bench.state(holding), engine, link)
            pages = written if pages is None else pages
            page, four, block, chip = TIMES.get(times, TIMES["typ"])
            blocks = min(256 * block, chip) if large == 256 else large * block
            limit = pages * page + small * four + blocks
            total = find(report, "totalSeconds")
            row = {
                "job": name, "probe": probe, "times": times, "link": link, "engine": engine, "virtualSeconds": total,
                "flashSeconds": round(limit, 3), "transfers": find(report, "transfers"),
                "linkBytes": (find(report, "bytesIn") or 0) + (find(report, "bytesOut") or 0),
                "cpuSecondsPerMiB": round(cpu / (SIZE >> 20), 3),
                "peakMemoryBytes": find(report, "peakMemoryBytes")}
            rows.append(row)
            share = f"{total / limit:.3f}" if limit and times != "random" else "-"
            print(f"{name:17}{probe:14}{times:7}{link:12}{engine:8}{total:10.2f}{limit:9.2f}{share:>7}"
                  f"{row['transfers'] or 0:11}{(row['linkBytes'] or 0) / 1048576:8.1f}"
                  f"{row['cpuSecondsPerMiB']:11.3f}{(row['peakMemoryBytes'] or 0) / 1048576:10.0f}", flush=True)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(rows, out, indent=1)


main()
