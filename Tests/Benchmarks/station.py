#!/usr/bin/env python3
"""What a station costs: throughput of one and of eight simulated slots, and the daemon's processor time and memory.

    station.py EXTFLASHD [--units 10]

Prints; judges nothing. Virtual time is the time of the simulated benches, and the same on every machine. Processor time and memory
are those of this machine, and most of the former is the simulator's: what the station itself takes shows at rest.
"""
import argparse, collections, hashlib, os, shutil, signal, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Station"))
from driver import Station

PAGE, TICK = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


class MeasuredStation(Station):
    def __init__(self, daemon, slots):
        super().__init__(daemon, tempfile.mkdtemp(prefix="extflash-bench-"))
        places = "".join(f"  - {{name: A{n}, sim: stlink-v3}}\n" for n in range(1, slots + 1))
        self.serve(
            f"schema: 1\nname: bench\ntitle: Bench\nslots:\n{places}"
            f"http: {{socket: {self.socket}}}\npark-time: 0 s\n")

    def prepare(self):
        image = bytes(os.urandom(65536))
        digest = hashlib.sha256(image).hexdigest()
        self.must("PUT", f"/images/{digest}?name=image.bin", image)
        self.must("POST", "/pools", {"name": "serial", "kind": "counter", "first": "1", "last": "99999"})
        recipe = (
            "schema: 1\nname: product\ntitle: A product\nboard: stm32h745xi-w25q128\n"
            f"images: [{{sha256: {digest}, name: image.bin, address: 0x90000000}}]\n"
            "patches: [{name: serial, place: 0x90000100+8, pool: serial, format: {coding: ascii, digits: 8}}]\n"
            "before: {voltage: [3.0, 3.6], flash-id: ef 40 18}\n")
        kept = self.must("POST", "/recipes", recipe.encode())
        self.must("POST", f"/recipes/{kept['hash']}/approve")

    def work(self, slots, each):
        """Seconds by the busiest slot's own clock, and by ours."""
        start = time.monotonic()
        for _ in range(each):
            for n in range(1, slots + 1):
                self.must("POST", f"/slots/A{n}/units", {"recipe": "product"})
        units = []
        while len(units) < slots * each:
            time.sleep(0.2)
            units = [unit for unit in self.units() if unit.get("closed")]
        real = time.monotonic() - start
        busy = collections.Counter()
        for unit in units:
            assert unit["closed"]["verdict"] == "good", unit["closed"]
            busy[unit["opened"]["slot"]] += unit["closed"]["seconds"]
        return max(busy.values()), real

    def processor(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE / 2**20

    def remove(self):
        self.end(signal.SIGTERM)
        shutil.rmtree(self.folder)


def measure(daemon, slots, each):
    station = MeasuredStation(daemon, slots)
    try:
        station.prepare()
        time.sleep(1)
        before = station.processor()
        time.sleep(10)
        rest, resident = (station.processor() - before) * 6, station.resident()
        before = station.processor()
        virtual, real = station.work(slots, each)
        used, units = station.processor() - before, slots * each
        rate = units * 3600 / virtual
        print(f"{slots:5} {units:6} {rate:14.0f} {units * 3600 / real:14.0f} {used / units:12.3f} "
              f"{station.resident():13.0f} {rest:16.3f} {resident:12.0f}")
        return rate
    finally:
        station.remove()


parser = argparse.ArgumentParser()
parser.add_argument("extflashd")
parser.add_argument("--units", type=int, default=10, help="for each slot")
options = parser.parse_args()
print("A station with simulated slots: 64 KiB a unit, a serial number of its own")
print("slots  units   units/h virt.   units/h real  cpu s/unit  MiB in work   cpu s/min rest  MiB at rest")
one = measure(options.extflashd, 1, options.units)
eight = measure(options.extflashd, 8, options.units)
print(f"Eight slots do {eight / one:.2f} times what one does, in virtual time.")
