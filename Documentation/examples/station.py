# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""Ask an extflash station with Python's standard library: over its socket, or over a network with a token."""
import http.client
import json
import os
import socket
import time


class Station:
    def __init__(self, address=None, token=None):
        self.address = address or os.environ.get("EXTFLASH_STATION", "/run/extflash/station.sock")
        self.token = token or os.environ.get("EXTFLASH_TOKEN")

    def ask(self, method, path, body=None):
        headers = {"Authorization": "Bearer " + self.token} if self.token else {}
        if self.address.startswith("/"):
            connection = http.client.HTTPConnection("station", timeout=60)
            connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.sock.connect(self.address)
        else:
            connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request(method, "/v1" + path, body and json.dumps(body), headers)
        answer = json.load(response := connection.getresponse())
        connection.close()
        if response.status >= 300:
            error = answer["error"]
            raise RuntimeError("%s [%s]" % (error["summary"], error["code"]))
        return answer

    def program(self, slot, recipe, serial, timeout=600):
        """Programs one unit and returns its record."""
        job = self.ask("POST", "/slots/%s/units" % slot, {"recipe": recipe, "fields": {"serial": serial}})
        end = time.monotonic() + timeout
        while job["state"] in ("queued", "running"):
            if time.monotonic() > end:
                raise TimeoutError("job %d is still %s" % (job["id"], job["state"]))
            time.sleep(0.1)
            job = self.ask("GET", "/jobs/%d" % job["id"])
        return self.ask("GET", "/units/" + job["unit"])
