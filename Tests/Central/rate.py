#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""How fast a PostgreSQL on this machine takes records, and what they take of its disk and memory.

    rate.py EXTFLASHD [--clients 8] [--units 4000]

Every client is a station of its own, over the server's socket, and calls `extflash.publish` as extflashd does: one unit
(two records) in a transaction, as on a line that is in step; then 128 units in one, as after an outage.
"""
import argparse, hashlib, json, os, shutil, subprocess, sys, tempfile, time

from server import Server


class Chain:
    """Records of one station, with the shapes and sizes of real ones."""

    def __init__(self, name):
        self.name, self.sequence, self.units = name, 0, 0
        self.previous = hashlib.sha256(b"extflash records, version 1").hexdigest()

    def entry(self, kind, unit, body):
        self.sequence += 1
        text = json.dumps(body, separators=(",", ":"), sort_keys=True)
        fields = [self.previous, str(self.sequence), kind, unit, text]
        self.previous = hashlib.sha256(b"".join(b"%d:%s" % (len(f.encode()), f.encode()) for f in fields)).hexdigest()
        return {"kind": kind, "unit": unit, "body": text, "hash": self.previous}

    def unit(self):
        self.units += 1
        unit, digest = f"{self.name}-{self.units}", hashlib.sha256(str(self.units).encode()).hexdigest()
        moment = "2026-01-31T12:%02d:%02d.000Z" % (self.units // 60 % 60, self.units % 60)
        return [
            self.entry("opened", unit, {
                "attempt": 1, "batch": "batch-7", "board": "stm32h745xi-w25q128", "fields": {"serial": f"SN{unit}"},
                "images": [{"name": "application.elf", "sha256": digest}, {"name": "assets.bin", "sha256": digest}],
                "operatorName": "an operator", "probe": {
                    "firmware": "V3J15M7", "kind": "ST-LINK/V3", "path": "3-1.4.2", "serial": "004E00393137510D39383538"},
                "recipe": {"hash": digest, "name": "product"}, "serials": {"serial": str(self.units), "mac": "02:00:00:%06x" % self.units},
                "slot": "A1", "startedAt": moment, "station": self.name, "unit": unit, "workOrder": "WO-2026-0131"}),
            self.entry("closed", unit, {
                "clockHertz": 24000000, "contents": digest, "endedAt": moment,
                "flash": {"jedecID": "ef4018", "uniqueID": digest[:16]}, "loaderHash": digest,
                "microcontroller": {"part": "STM32H745/755", "revision": "V", "uniqueID": digest[:24]}, "millivolts": 3300,
                "phases": [{"bytes": 1048576, "name": name, "seconds": 1.2345678} for name in
                           ("connect", "prepare", "compare", "erase", "program", "verify")],
                "retries": 0, "unit": unit, "verdict": "good"}),
        ]

    def publish(self, units):
        first = self.sequence + 1
        entries = [entry for _ in range(units) for entry in self.unit()]
        text = json.dumps(entries).replace("'", "''")
        return f"SELECT extflash.publish('{self.name}', 'key of {self.name}', {first}, '{text}', '{'s' * 88}');\n"


def measure(server, chains, units, size):
    for chain in chains:
        with open(f"{server.folder}/{chain.name}.sql", "w") as file:
            file.writelines(chain.publish(size) for _ in range(units // size // len(chains)))
    began = time.monotonic()
    clients = [
        subprocess.Popen(
            [f"{server.programs}/psql", "-h", server.folder, "-p", str(server.port), "-U", "postgres", "-d", "extflash", "-q",
             "-v", "ON_ERROR_STOP=1", "-f", f"{server.folder}/{chain.name}.sql"], stdout=subprocess.DEVNULL)
        for chain in chains]
    memory = []
    while any(client.poll() is None for client in clients):
        time.sleep(0.2)
        memory += backend_memory(server)
    took = time.monotonic() - began
    assert all(client.returncode == 0 for client in clients)
    done = units // size // len(chains) * len(chains) * size
    print(f"{size:4} units in a transaction: {done / took:7.0f} units/s, {2 * done / took:7.0f} records/s ({len(chains)} clients)")
    return memory


def backend_memory(server):
    """Bytes of each client's process in the server that no other one shares."""
    sizes = []
    for pid in server.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT extflash.publish%'").split():
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                rows = dict(line.split(":", 1) for line in file.readlines()[1:])
            sizes.append(1024 * (int(rows["Private_Dirty"].split()[0]) + int(rows["Private_Clean"].split()[0])))
        except OSError:
            pass
    return sizes


def main(options):
    folder = tempfile.mkdtemp(prefix="extflash-rate-")
    os.chmod(folder, 0o755)
    os.mkdir(f"{folder}/server")
    server = Server(f"{folder}/server")
    server.create()
    try:
        subprocess.run([options.extflashd, "central", "init", "--database",
                        f"postgresql:///extflash?host={server.folder}&port={server.port}&user=postgres"], check=True)
        print("commits wait for the disk:", server.sql("SHOW synchronous_commit"), "/ fsync", server.sql("SHOW fsync"))
        for size in (1, 128):
            chains = [Chain(f"station-{size}-{n}") for n in range(options.clients)]
            memory = measure(server, chains, options.units if size == 1 else 8 * options.units, size)
            if memory:
                print(f"     memory of a connection's own: {max(memory) / 2**20:.1f} MiB at most")
        server.sql("VACUUM ANALYZE")
        units = int(server.sql("SELECT count(*) FROM extflash.unit"))
        print("bytes of a record's text:", server.sql("SELECT round(avg(octet_length(body))) FROM extflash.record"))
        print("bytes for each unit, of tables and of their indexes:")
        for row in server.sql(
                "SELECT relname, pg_table_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables "
                "WHERE schemaname = 'extflash' AND pg_total_relation_size(relid) > 1000000 ORDER BY 1").splitlines():
            name, table, index = row.split("|")
            print(f"  {name:12} {int(table) / units:6.0f} {int(index) / units:6.0f}")
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


parser = argparse.ArgumentParser()
parser.add_argument("extflashd", type=os.path.abspath)
parser.add_argument("--clients", type=int, default=8)
parser.add_argument("--units", type=int, default=4000)
main(parser.parse_args())
