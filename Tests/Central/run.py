#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""Two stations and one real PostgreSQL that is away half of the time.

    run.py EXTFLASHD [--units 500] [--seed 1]

The stations have four simulated slots each and reach the database over TLS through a proxy. Meanwhile the server is
stopped, killed with SIGKILL, and cut off: connections are refused, or nothing is forwarded any more. The stations are
killed too. Afterwards: every record of both stations is in the database once and in order, chains and signatures are
whole, no serial number was given twice, and every number of the pool is accounted for.
"""
import argparse, collections, hashlib, os, random, re, shutil, signal, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Station"))
from driver import Station
from server import Proxy, Server

ADDRESS = 0x90000000
SLOTS = 4
BLOCK = 40
LAST = 20000


class Line(Station):
    """A station with operators who put board after board into its slots."""

    def __init__(self, test, name):
        folder = os.path.join(test.folder, name)
        os.mkdir(folder)
        super().__init__(test.options.extflashd, folder)
        self.test, self.name = test, name

    def start(self):
        slots = "".join(
            f'  - {{name: A{n}, sim: "stlink-v3,state={self.folder}/board{n}", board: stm32h745xi-w25q128}}\n'
            for n in range(1, SLOTS + 1))
        self.serve(
            f"schema: 1\nname: {self.name}\ntitle: A station\nslots:\n{slots}http: {{socket: {self.socket}}}\n"
            f"central:\n  database: {self.test.address('station', self.test.proxy.port)}\n"
            f"  password-file: {self.test.password('station')}\n  pools: [serial]\n  timeout: 2 s\npark-time: 0 s\n")

    def operate(self, slot):
        index = 0
        while self.test.wanted():
            index += 1
            board = f"{self.folder}/board{slot}"
            shutil.rmtree(board, ignore_errors=True)
            scan = f"{self.name}-{slot}-{index}"
            try:
                status, job = self.patiently(
                    "POST", f"/slots/A{slot}/units", {"recipe": "product", "fields": {"serial": scan}}, key=scan)
                assert status < 300, f"refused with {status}: {job}"
                while job["state"] in ("waiting", "queued", "running"):
                    time.sleep(0.05)
                    job = self.patiently("GET", f"/jobs/{job['id']}")[1]
                unit = self.patiently("GET", f"/units/{job['unit']}")[1] if job.get("unit") else {}
                self.judge(unit, board)
            except AssertionError as error:
                self.test.problems.append(f"{scan}: {error}")

    def judge(self, unit, board):
        closed = unit.get("closed") or {}
        verdict, code = closed.get("verdict", "none"), (closed.get("error") or {}).get("code", "")
        if verdict == "good":
            serial = unit["opened"]["serials"]["serial"]
            with open(f"{board}/flash.bin", "rb") as file:
                held = file.read(0x108)[0x100:]
            assert held == serial.zfill(8).encode(), f"serial {serial} is not in the flash: {held}"
        else:
            # What an empty lease refuses is tried again.
            assert verdict == "interrupted" or self.is_empty(closed), f"{verdict} {closed.get('error')}"
            time.sleep(0.3)
        self.test.note(verdict, "STO-013" if verdict == "refused" else code, unit)

    @staticmethod
    def is_empty(closed):
        error = closed.get("error") or {}
        return any("STO-013" in text for text in [error.get("code", ""), *error.get("causes", [])])


class Test:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="extflash-central-")
        os.chmod(self.folder, 0o755)
        os.mkdir(f"{self.folder}/server")
        self.server = Server(f"{self.folder}/server")
        self.lock, self.problems, self.seen = threading.Lock(), [], collections.Counter()
        self.good = 0
        self.serials = collections.Counter()
        self.away, self.began = 0.0, 0.0
        self.ended = threading.Event()

    def address(self, role, port):
        return f"postgresql://{role}@localhost:{port}/extflash?sslmode=verify-full&sslrootcert={self.server.certificate}"

    def password(self, role):
        path = f"{self.folder}/{role}.password"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"secret of {role}\n")
        return path

    def central(self, *arguments):
        command, *rest = arguments
        return subprocess.run(
            [self.options.extflashd, "central", command, *rest, "--database", self.address("owner", self.server.port),
             "--password-file", self.password("owner")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wanted(self):
        with self.lock:
            return self.good < self.options.units and len(self.problems) < 5

    def note(self, verdict, code, unit):
        with self.lock:
            self.seen[f"{verdict} {code}".strip()] += 1
            if verdict == "good":
                self.good += 1
                self.serials[unit["opened"]["serials"]["serial"]] += 1

    # The database comes and goes

    def disturb(self):
        kinds = ["stop", "kill", "hang", "refuse", "backend"]
        while not self.ended.wait(self.random.uniform(1.5, 3)):
            kind = kinds.pop(0)
            kinds.append(kind)
            self.seen[f"database: {kind}"] += 1
            since = time.monotonic()
            pause = self.random.uniform(2, 4)
            if kind == "stop":
                self.server.stop("immediate" if self.random.random() < 0.5 else "fast")
                self.ended.wait(pause)
                self.server.start()
            elif kind == "kill":
                self.server.kill()
                self.ended.wait(pause)
                self.server.start()
            elif kind == "backend":
                # The server notices, ends everything and recovers by itself.
                self.server.sql(
                    "COPY (SELECT pid FROM pg_stat_activity WHERE usename = 'station') TO PROGRAM 'xargs -r kill -9'",
                    check=False)
                self.ended.wait(1)
            else:
                self.proxy.set(kind)
                self.ended.wait(pause)
                self.proxy.set("forward")
            self.away += time.monotonic() - since

    def kill_stations(self):
        for _ in range(4):
            if self.ended.wait(self.random.uniform(4, 9)):
                return
            line = self.random.choice(self.lines)
            line.end(signal.SIGKILL)
            self.seen["station killed"] += 1
            line.start()

    # All of it

    def run(self):
        self.server.create()
        self.proxy = Proxy(self.server.port)
        first = self.central("check")
        self.expect(first.returncode != 0 and "CEN-008" in first.stdout, f"without tables: {first.stdout}")
        for arguments in (("init", "--grant", "station"), ("init",),
                          ("pool", "serial", "--first", "1", "--last", str(LAST), "--block", str(BLOCK))):
            answer = self.central(*arguments)
            self.expect(answer.returncode == 0, f"central {arguments}: {answer.stdout}")
        self.lines = [Line(self, name) for name in ("north", "south")]
        try:
            for line in self.lines:
                line.start()
            self.prepare()
            self.began = time.monotonic()
            disturbers = [threading.Thread(target=work) for work in (self.disturb, self.kill_stations)]
            operators = [
                threading.Thread(target=line.operate, args=(slot,)) for line in self.lines for slot in range(1, SLOTS + 1)]
            for thread in disturbers + operators:
                thread.start()
            for thread in operators:
                thread.join()
            self.ended.set()
            for thread in disturbers:
                thread.join()
            self.duration = time.monotonic() - self.began
            self.settle()
            self.look()
            self.tamper()
        finally:
            self.ended.set()
            for line in self.lines:
                if line.process and line.process.poll() is None:
                    line.end(signal.SIGKILL)
            self.server.stop("immediate")
        if self.problems:
            print("\n".join(self.problems))
            raise SystemExit(f"{len(self.problems)} problems; everything is kept in {self.folder}")
        shutil.rmtree(self.folder)

    def expect(self, holds, text):
        if not holds:
            self.problems.append(text)

    def prepare(self):
        """The recipe goes from one station over the database to the other."""
        north, south = self.lines
        image = self.random.randbytes(8192)
        digest = hashlib.sha256(image).hexdigest()
        north.must("PUT", f"/images/{digest}?name=image.bin", image)
        recipe = north.must("POST", "/recipes", (
            "schema: 1\nname: product\ntitle: A product\n"
            f"images: [{{sha256: {digest}, name: image.bin, address: 0x{ADDRESS:08x}}}]\n"
            f"patches: [{{name: serial, place: 0x{ADDRESS + 0x100:08x}+8, pool: serial, "
            "format: {coding: ascii, digits: 8}}]\n").encode())["hash"]
        north.must("POST", f"/recipes/{recipe}/push")
        south.must("POST", f"/recipes/{recipe}/pull")
        for line in self.lines:
            line.must("POST", f"/recipes/{recipe}/approve")
            status = self.until(line, lambda status: status["pools"][0]["left"] >= BLOCK)
            self.expect(status["isConnected"], f"not connected: {status}")

    def until(self, line, holds):
        for _ in range(300):
            status = line.must("GET", "/central")
            if holds(status):
                return status
            time.sleep(0.1)
        raise AssertionError(f"{line.name} does not come to an end with the database: {status}")

    def settle(self):
        """The database is there: everything comes to it, and what is leased goes back."""
        for line in self.lines:
            self.until(line, lambda status: status["waiting"] == 0 and not status.get("problem"))
            line.must("POST", "/central/pools/serial/release")
        for line in self.lines:
            # The station leases again right away; that it has told of the release shows in the database.
            for _ in range(200):
                if self.server.sql(f"SELECT count(*) FROM extflash.lease WHERE station = '{line.name}' AND returned") != "0":
                    break
                time.sleep(0.1)

    def look(self):
        checked = self.central("check")
        print(checked.stdout.rstrip())
        self.expect(checked.returncode == 0, "central check finds something")
        given = collections.Counter()
        for line in self.lines:
            verified = line.must("GET", "/records/verify")
            self.expect(verified["isWhole"], f"records of {line.name}: {verified}")
            units = line.units()
            entries = 2 * len(units)
            rows = self.server.sql(
                f"SELECT count(*), count(DISTINCT sequence), max(sequence) FROM extflash.record WHERE station = '{line.name}'")
            self.expect(rows == f"{entries}|{entries}|{entries}", f"{line.name} has {entries} records, the database {rows}")
            kept = self.server.sql(
                f"SELECT count(*) FROM extflash.unit WHERE station = '{line.name}' AND verdict IS NOT NULL AND ended IS NOT NULL")
            self.expect(kept == str(len(units)), f"{line.name} has {len(units)} units, the database {kept}")
            for unit in units:
                given.update(unit["opened"].get("serials", {}).values())
        self.expect(all(count == 1 for count in given.values()), "a serial number was given twice")
        self.expect(set(self.serials) <= set(given) and max(self.serials.values()) == 1, "flashes hold other serials")
        named = self.server.sql("SELECT count(*) FROM extflash.identity WHERE kind = 'pool' AND name = 'serial'")
        self.expect(named == str(len(given)), f"{len(given)} serials were given, the database knows {named}")
        for _ in range(150):
            # Stations tell of their leases every few seconds.
            account = [int(number) for number in self.server.sql(
                "SELECT total, given, held, returned, never_leased FROM extflash.pool_account").split("|")]
            if account[1] == len(given):
                break
            time.sleep(0.1)
        self.expect(account[0] == sum(account[1:]) == LAST, f"the pool does not add up: {account}")
        self.expect(account[1] == len(given), f"{len(given)} serials were given, the pool says {account[1]}")
        share = 100 * self.away / self.duration
        print(f"{self.good} good units in {self.duration:.0f} s; the database was away for {share:.0f} % of the time")
        for what, count in sorted(self.seen.items()):
            print(f"  {count:4}  {what}")
        self.expect(share >= 40, "the database was hardly away")

    def tamper(self):
        """What somebody changes is found, and the stations' role can change nothing."""
        refused = self.server.sql("SET ROLE station; DELETE FROM extflash.record", check=False)
        self.expect("permission denied" in refused, f"a station may delete: {refused}")
        refused = self.server.sql("UPDATE extflash.record SET body = 'x'", check=False)
        self.expect("records do not change" in refused, f"records can be changed: {refused}")
        changed = self.server.sql(
            "SELECT min(sequence) FROM extflash.record WHERE station = 'north' AND body LIKE '%\"good\"%'")
        changed = re.search(r"\d+", changed).group()
        self.server.sql(
            "SET session_replication_role = replica; UPDATE extflash.record SET body = replace(body, 'good', 'nice') "
            f"WHERE station = 'north' AND sequence = {changed}")
        found = self.central("check")
        self.expect(found.returncode == 60 and f"record {changed} was changed" in found.stdout, f"not found: {found.stdout}")


parser = argparse.ArgumentParser()
parser.add_argument("extflashd", type=os.path.abspath)
parser.add_argument("--units", type=int, default=500)
parser.add_argument("--seed", type=int, default=1)
Test(parser.parse_args()).run()
print("Every record is in the database once, and no serial number was given twice.")
