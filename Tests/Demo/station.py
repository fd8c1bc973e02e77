#!/usr/bin/env python3
"""Opens a station with eight simulated slots and works at it like an operator, until Ctrl-C.

    station.py EXTFLASHD [--port 8086] [--state FOLDER] [--token-file FILE]

Boards come into the slots, some of them with faults; every fifth has a bad cell, no supply, the wrong flash or a cable that
comes loose. The page is at the address that is printed; it asks for the token that is printed with it.
"""
import argparse, hashlib, http.client, json, os, random, shutil, signal, subprocess, sys, tempfile, threading, time

PROBES = ["stlink-v3", "stlink-v3", "cmsis-dap-v2", "stlink-v3", "stlink-v2", "cmsis-dap-v2", "stlink-v3", "stlink-v2-1"]
FAULTS = ["fault=bad-cell", "power=off", "flash=mx25l12835f", "usb-fault=900:disconnect", "fault=stuck-busy"]
ADDRESS = 0x90000000


class Station:
    def __init__(self, options):
        self.options = options
        self.state = options.state or tempfile.mkdtemp(prefix="extflash-demo-")
        os.makedirs(self.state, exist_ok=True)
        self.random = random.Random(options.seed)
        self.stopping = threading.Event()
        self.process = None

    def start(self):
        config = os.path.join(self.state, "station.yaml")
        with open(config, "w") as file:
            file.write("schema: 1\nname: demo\ntitle: Demonstration\npark-time: 2 s\nslots:\n")
            for n, probe in enumerate(PROBES, 1):
                file.write(f"  - {{name: A{n}, sim: {probe}, board: stm32h745xi-w25q128}}\n")
            file.write(f"http: {{listen: 127.0.0.1:{self.options.port}}}\n")
        self.arguments = [self.options.extflashd, "--config", config, "--state", self.state]
        self.token = subprocess.check_output(
            [*self.arguments, "--create-token", f"demo-{os.getpid()}"], text=True).strip()
        self.launch()

    def launch(self):
        log = open(os.path.join(self.state, "log"), "ab")
        self.process = subprocess.Popen(self.arguments, stdout=log, stderr=log)
        for _ in range(600):
            try:
                return self.ask("GET", "/slots")
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"the station ended: see {log.name}")
                time.sleep(0.1)
        raise SystemExit(f"the station does not answer: see {log.name}")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port, timeout=60)
        try:
            body = json.dumps(body) if isinstance(body, dict) else body
            connection.request(method, "/v1" + path, body, {"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            value = json.loads(answer.read() or b"null")
            if answer.status >= 300:
                raise ValueError(value["error"]["summary"])
            return value
        finally:
            connection.close()

    def prepare(self):
        image = self.random.randbytes(self.options.size)
        digest = hashlib.sha256(image).hexdigest()
        self.ask("PUT", f"/images/{digest}?name=product-1.4.bin", image)
        self.ask("POST", "/pools", {"name": "mac", "kind": "addresses",
                                    "first": "02:00:00:00:00:01", "last": "02:00:00:00:ff:ff"})
        recipe = self.ask("POST", "/recipes", (
            "schema: 1\nname: product\ntitle: Product 1.4\n"
            f"images: [{{sha256: {digest}, name: product-1.4.bin, address: 0x{ADDRESS:08x}}}]\n"
            f"patches: [{{name: mac, place: 0x{ADDRESS + 0x100:08x}+6, pool: mac, format: {{coding: binary, order: big}}}}]\n"
            "before: {flash-id: ef 40 18}\n").encode())
        self.ask("POST", f"/recipes/{recipe['hash']}/approve")
        self.ask("POST", "/batches", {"name": "WO-2041", "recipe": "product", "workOrder": "2041", "limit": 500})
        self.recipe = recipe["hash"]

    def work_at(self, n):
        """The operator of one slot: a board in, wait, look, the next one."""
        rng = random.Random(self.options.seed * 100 + n)
        number = 0
        while not self.stopping.wait(rng.uniform(0.5, 3)):
            number += 1
            try:
                fault = rng.choice(FAULTS) if rng.random() < self.options.faults else ""
                self.ask("PUT", f"/slots/A{n}/simulation", {"traits": fault})
                job = self.ask("POST", f"/slots/A{n}/units", {
                    "recipe": self.recipe, "batch": "WO-2041", "operator": "demo",
                    "fields": {"serial": f"SN{n}{number:05}"}})
                while job["state"] in ("queued", "running") and not self.stopping.wait(0.3):
                    job = self.ask("GET", f"/jobs/{job['id']}")
            except (OSError, ValueError, http.client.HTTPException) as error:
                if not self.stopping.is_set():
                    print(f"A{n}: {error}", file=sys.stderr)
                    self.stopping.wait(5)

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: self.stopping.set())
        try:
            self.start()
            self.prepare()
            print(f"\nThe station:  http://127.0.0.1:{self.options.port}/\nIts token:    {self.token}\n", flush=True)
            if self.options.token_file:
                with open(os.open(self.options.token_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                    file.write(self.token)
            threads = [threading.Thread(target=self.work_at, args=(n,)) for n in range(1, len(PROBES) + 1)]
            for thread in threads:
                thread.start()
            if self.options.once:
                self.wait_for_units(len(PROBES))
                self.stopping.set()
            else:
                print("Eight slots are at work. Ctrl-C ends it.", flush=True)
            while not self.stopping.wait(0.5):
                pass
        except KeyboardInterrupt:
            pass
        finally:
            self.stopping.set()
            if self.process:
                self.process.terminate()
                self.process.wait()
            if not self.options.state:
                shutil.rmtree(self.state)

    def wait_for_units(self, count):
        """Until so many became good; then the records are looked at."""
        end = time.monotonic() + 300
        while self.ask("GET", "/station")["units"].get("good", 0) < count:
            if time.monotonic() > end:
                raise SystemExit(f"fewer than {count} units became good: {self.ask('GET', '/station')['units']}")
            time.sleep(0.2)
        if not self.ask("GET", "/records/verify")["isWhole"]:
            raise SystemExit("the records are not whole")
        print(f"{count} units are good, and the records are whole.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extflashd")
    parser.add_argument("--port", type=int, default=8086)
    parser.add_argument("--state", help="keep everything in this folder")
    parser.add_argument("--token-file", help="write the token there, too")
    parser.add_argument("--size", type=int, default=1 << 20, help="bytes of the image")
    parser.add_argument("--faults", type=float, default=0.2, help="share of boards that have one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--once", action="store_true", help="end when eight units became good")
    Station(parser.parse_args()).run()
