#!/usr/bin/env python3
"""Eight simulated slots, hundreds of units, and everything that goes wrong on a line, from a seed.

    faults.py EXTFLASHD [--units 400] [--kills 20] [--seed 1]

An operator at every slot puts board after board into it. Boards are dead, wrong, or have bad cells; cables are pulled;
serials are scanned twice; hooks hang; the disk fills up; the station is killed with SIGKILL in the middle of it all.
Afterwards: what is recorded as good has the right bytes and a serial of its own in its flash, no serial was given twice,
none is lost, each fault is recorded as what it was, and the chain of records is whole.
"""
import argparse, collections, hashlib, json, os, random, shutil, signal, subprocess, tempfile, threading, time

from driver import Station

SLOTS = 8
ADDRESS = 0x90000000
SERIAL_AT = 0x100
DIGITS = 8
# What a board, its cable or its operator may have, how often, and how its record must end: verdict and error code.
# A cable that is pulled after the last transfer harms nobody, and a serial is scanned twice also while its first unit is
# still in work. Where a kill hits a unit it is interrupted: nothing else may be.
FAULTS = {
    "none": (50, "", {"good"}),
    "unplugged": (12, "usb-fault={n}:disconnect", {"failed USB-003", "good"}),
    "bad cell": (8, "fault=bad-cell", {"failed FLS-016"}),
    "dead board": (6, "power=off", {"failed TGT-005"}),
    "wrong flash": (6, "flash=mx25l12835f", {"refused UNT-005"}),
    # A flash that is busy for ever may not even tell what it is.
    "stuck flash": (4, "fault=stuck-busy", {"failed LDR-030", "refused UNT-005"}),
    "scanned twice": (8, "", {"refused STO-022"}),
    "hook hangs": (6, "", {"refused STN-012"}),
}
# What the record of a fault must tell beside its code.
WORDS = {"wrong flash": "c22018"}
# What becomes of units while the disk is full: their own end, or that no record could be written.
FULL_DISK = {"failed STO-002", "refused STO-002", "failed STN-019", "refused STN-019", "open"}


class Line(Station):
    def __init__(self, options):
        self.options = options
        super().__init__(options.extflashd, tempfile.mkdtemp(prefix="extflash-line-"))
        self.random = random.Random(options.seed)
        self.image = self.random.randbytes(8192)
        self.lock = threading.Lock()
        self.left = options.units
        self.seen = collections.Counter()
        self.problems, self.good_serials, self.scans = [], {}, []
        # When the station was killed, and until when it was away.
        self.kills = []

    # The station

    def start(self):
        slots = "".join(
            f'  - {{name: A{n}, sim: "stlink-v3,state={self.folder}/board{n}{self.faults[n]}"}}\n'
            for n in range(1, SLOTS + 1))
        self.serve(
            f"schema: 1\nname: line\ntitle: A line of faults\nslots:\n{slots}"
            f"http: {{socket: {self.socket}}}\npark-time: 0 s\n")

    def prepare(self):
        digest = hashlib.sha256(self.image).hexdigest()
        self.must("PUT", f"/images/{digest}?name=image.bin", self.image)
        self.must("POST", "/pools", {"name": "serial", "kind": "counter", "first": "1", "last": "99999"})
        for name, hook in (("product", ""), ("hanging", "hooks: {before: {command: [/bin/sleep, '1000'], timeout: 1 s}}\n")):
            recipe = (
                f"schema: 1\nname: {name}\ntitle: A product\nboard: stm32h745xi-w25q128\n"
                f"images: [{{sha256: {digest}, name: image.bin, address: 0x{ADDRESS:08x}}}]\n"
                f"patches: [{{name: serial, place: 0x{ADDRESS + SERIAL_AT:08x}+{DIGITS}, pool: serial, "
                f"format: {{coding: ascii, digits: {DIGITS}}}}}]\n"
                "before: {flash-id: ef 40 18}\n" + hook)
            kept = self.must("POST", "/recipes", recipe.encode())
            self.must("POST", f"/recipes/{kept['hash']}/approve")

    # The operator

    def choose_faults(self):
        """What the next boards of every slot have."""
        names = list(FAULTS)
        weights = [FAULTS[name][0] for name in names]
        self.kinds = {n: self.random.choices(names, weights)[0] for n in range(1, SLOTS + 1)}
        self.faults = {
            n: "".join("," + FAULTS[kind][1].format(n=self.random.randrange(20, 1500)) for _ in [0] if FAULTS[kind][1])
            for n, kind in self.kinds.items()}

    def operate(self, n, count, era):
        for index in range(count):
            with self.lock:
                if self.left <= 0:
                    return
                self.left -= 1
            try:
                self.one_unit(n, f"{era}-{n}-{index}")
            except AssertionError as error:
                self.problems.append(f"A{n}: {error}")

    def one_unit(self, n, name):
        kind, board = self.kinds[n], f"{self.folder}/board{n}"
        scan = f"SN{name}"
        if kind == "scanned twice":
            with self.lock:
                if self.scans:
                    scan = self.scans[len(self.scans) // 2]
                else:
                    kind = "none"
        shutil.rmtree(board, ignore_errors=True)
        begun, was_full = time.monotonic(), self.full
        request = {"recipe": "hanging" if kind == "hook hangs" else "product", "fields": {"serial": scan}}
        status, job = self.patiently("POST", f"/slots/A{n}/units", request, key=name)
        if status >= 400:
            # Nothing was begun: the slot is stopped or the disk is full.
            assert self.full or status in (409, 429, 507), f"refused with {status}: {job}"
            return
        while job["state"] in ("waiting", "queued", "running"):
            time.sleep(0.05)
            job = self.patiently("GET", f"/jobs/{job['id']}")[1]
        if not job.get("unit"):
            # Its job was taken, and the station killed before the unit had a name; it is recorded all the same.
            job["unit"] = f"line-{job['id']}"
        status, unit = self.patiently("GET", f"/units/{job['unit']}")
        if status == 404:
            assert was_full or self.full, f"job {job['id']} is {job['state']} and has no record"
            self.seen["disk full: no record, flash untouched"] += 1
            return
        closed = unit.get("closed")
        verdict = closed["verdict"] if closed else "open"
        error = (closed or {}).get("error") or {}
        with self.lock:
            self.seen[f"{kind}: {verdict} {error.get('code', '')}".strip()] += 1
        end = f"{verdict} {error.get('code', '')}".strip()
        ended = time.monotonic()
        allowed = set(FAULTS[kind][2])
        if any(begun < killed and back > begun and killed < ended for killed, back in self.kills):
            allowed.add("interrupted")
        if was_full or self.full:
            allowed |= FULL_DISK
        assert end in allowed, f"a board with `{kind}` was recorded as {end}: {error}"
        if error and kind in WORDS:
            told = error["summary"] + " ".join(error["causes"])
            assert WORDS[kind] in told, f"a board with `{kind}` is told as: {told}"
        if verdict == "interrupted":
            assert not error, f"an interrupted unit has an error: {error}"
        if verdict == "good":
            self.look_at_flash(unit, board, scan)

    def look_at_flash(self, unit, board, scan):
        serial = unit["opened"]["serials"]["serial"]
        text = str(serial).zfill(DIGITS).encode()
        wanted = self.image[:SERIAL_AT] + text + self.image[SERIAL_AT + DIGITS:]
        with open(f"{board}/flash.bin", "rb") as file:
            held = file.read(len(wanted))
        assert held == wanted, f"unit {unit['opened']['unit']} is good but its flash holds other bytes"
        with self.lock:
            assert serial not in self.good_serials, f"serial {serial} is in two flashes"
            self.good_serials[serial] = unit["opened"]["unit"]
            self.scans.append(scan)

    # All of it

    def fill_disk(self):
        """Nothing more fits on the disk with what the station keeps."""
        self.full = True
        with open(os.path.join(self.state, "filler"), "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)) == 4096:
                    pass
            except OSError:
                pass

    def empty_disk(self):
        os.remove(os.path.join(self.state, "filler"))
        self.full = False
        for n in range(1, SLOTS + 1):
            self.must("POST", f"/slots/A{n}/resume")

    def run(self):
        os.mkdir(self.state)
        # A disk that can be filled takes a file system of its own.
        self.has_disk = os.geteuid() == 0 and not subprocess.call(
            ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "extflash-line", self.state], stderr=subprocess.DEVNULL)
        try:
            self.run_line()
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            if self.has_disk:
                subprocess.check_call(["umount", self.state])
            if not self.problems:
                shutil.rmtree(self.folder)

    def run_line(self):
        self.choose_faults()
        self.start()
        self.prepare()
        kills, era = 0, 0
        while self.left > 0:
            era += 1
            threads = [threading.Thread(target=self.operate, args=(n, 2, era)) for n in range(1, SLOTS + 1)]
            if era % 8 == 0 and self.has_disk:
                self.fill_disk()
            for thread in threads:
                thread.start()
            if not self.full and kills < self.options.kills:
                time.sleep(self.random.uniform(0.05, 1.5))
                self.kills.append((time.monotonic(), float("inf")))
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
                kills += 1
                self.start()
                self.kills[-1] = (self.kills[-1][0], time.monotonic())
            for thread in threads:
                thread.join()
            if self.full:
                self.empty_disk()
            # The boards of the next rounds have other faults: the fixture is set up anew.
            self.process.terminate()
            self.process.wait()
            self.choose_faults()
            self.start()
        self.finish(kills)

    def finish(self, kills):
        verified = self.must("GET", "/records/verify")
        if not verified["isWhole"]:
            self.problems.append(f"the records are not whole: {verified['findings']}")
        given = collections.Counter()
        units = self.units()
        for unit in units:
            for serial in unit["opened"].get("serials", {}).values():
                given[serial] += 1
        twice = [serial for serial, count in given.items() if count > 1]
        if twice:
            self.problems.append(f"serials given twice: {twice}")
        numbers = sorted(int(serial) for serial in given)
        lost = sorted(set(range(1, numbers[-1] + 1)) - set(numbers)) if numbers else []
        print(f"{len(units)} units in the records, {len(self.good_serials)} good ones looked at, {kills} kills")
        for what, count in sorted(self.seen.items()):
            print(f"  {count:4}  {what}")
        print(f"serials given: {len(numbers)}, highest {numbers[-1] if numbers else 0}, without a unit: {lost}")
        print("the pool:", json.dumps(self.must("GET", "/pools/serial")))
        self.process.terminate()
        self.process.wait()
        if self.problems:
            print("\n".join(self.problems))
            raise SystemExit(f"{len(self.problems)} problems; everything is kept in {self.folder}")
        print("The records are whole; every good unit has its bytes and its own serial.")


parser = argparse.ArgumentParser()
parser.add_argument("extflashd")
parser.add_argument("--units", type=int, default=400)
parser.add_argument("--kills", type=int, default=20)
parser.add_argument("--seed", type=int, default=1)
Line(parser.parse_args()).run()
