# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""One station process and what a test asks of it over its socket."""
import http.client, json, os, socket, subprocess, time


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("station", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class Station:
    def __init__(self, extflashd, folder):
        self.extflashd, self.folder = extflashd, folder
        self.state = os.path.join(folder, "state")
        self.socket = os.path.join(folder, "socket")
        self.config = os.path.join(folder, "station.yaml")
        self.log = open(os.path.join(folder, "log"), "ab")
        self.process = None
        # Errors of the station itself are answers then.
        self.full = False

    def serve(self, text):
        """Starts the station with this station file and waits until it answers."""
        with open(self.config, "w") as file:
            file.write(text)
        self.process = subprocess.Popen(
            [self.extflashd, "--config", self.config, "--state", self.state], stdout=self.log, stderr=self.log)
        for _ in range(600):
            try:
                if self.ask("GET", "/ready", raw=True)[0] in (200, 503):
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise SystemExit(f"the station ended with {self.process.returncode}: see {self.log.name}")
            time.sleep(0.05)
        raise SystemExit("the station does not answer")

    def end(self, signal_number):
        self.process.send_signal(signal_number)
        return self.process.wait()

    def ask(self, method, path, body=None, key=None, raw=False):
        connection = Connection(self.socket)
        try:
            headers = {"Idempotency-Key": key} if key else {}
            if isinstance(body, dict):
                body = json.dumps(body)
            connection.request(method, path if raw else "/v1" + path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
            return answer.status, data if raw else json.loads(data or b"null")
        finally:
            connection.close()

    def must(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status < 300, (status, path, answer)
        return answer

    def patiently(self, *request, **more):
        """The same request until there is an answer: the station may be dead or being started."""
        for _ in range(1200):
            try:
                status, answer = self.ask(*request, **more)
                if status < 500 or self.full:
                    return status, answer
            except (OSError, http.client.HTTPException, ValueError):
                pass
            time.sleep(0.1)
        raise AssertionError(f"no answer to {request}")

    def units(self):
        """Every unit in the records, the newest first."""
        units, before = [], None
        while True:
            page = self.must("GET", "/units?limit=100" + (f"&before={before}" if before else ""))
            if not page:
                return units
            units += page
            before = page[-1]["sequence"]
