#!/usr/bin/env python3
"""The station's page in a headless Chromium, with a station whose slots are simulated.

    page.py EXTFLASHD [--pictures FOLDER]

Units are programmed by scans and buttons, one fails, the station is killed and started again, and each role sees what it may.
Nothing waits for a time, everything for what is to be seen.
"""
import argparse, http.client, os, shutil, socket, subprocess, sys, tempfile, types

sys.path[0:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Demo")]
import accessible
from browser import Browser
from station import Station

VIEWS = ["station", "units", "yield", "probes", "recipes", "images", "log", "records", "tokens"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Test:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="extflash-page-")
        self.station = Station(types.SimpleNamespace(
            extflashd=options.extflashd, port=free_port(), state=self.folder, seed=1, size=65536, faults=0))
        self.address = f"http://127.0.0.1:{self.station.options.port}/"
        self.complaints = []

    def run(self):
        self.browser = Browser()
        try:
            self.station.start()
            self.station.prepare()
            self.browser.look_like(1920, 1080)
            for step in (self.files, self.access, self.scans, self.failure, self.refusal, self.gang, self.units, self.yields,
                         self.engineer, self.outage, self.operator, self.surroundings):
                step()
                print(f"{step.__name__}: {step.__doc__.splitlines()[0]}", flush=True)
        finally:
            self.browser.close()
            self.station.process.kill()
            self.station.process.wait()
            shutil.rmtree(self.folder)
        if self.complaints:
            raise SystemExit("\n".join(sorted(set(self.complaints))))
        print("The page does what it should.")

    # Help

    def word(self, slot, word, serial=""):
        """Waits until a tile says so."""
        tile = f'document.querySelector(\'[data-slot="{slot}"]\')'
        self.browser.wait(f"{tile}?.querySelector('.word').textContent === '{word}'"
                          f" && {tile}.querySelector('.serial').textContent.includes('{serial}')")

    def tile(self, slot, selector):
        return self.browser.run(f"document.querySelector('[data-slot=\"{slot}\"] {selector}').innerText")

    def look(self, name):
        self.complaints += accessible.check(self.browser, name)
        if self.options.pictures:
            os.makedirs(self.options.pictures, exist_ok=True)
            self.browser.picture(os.path.join(self.options.pictures, name.replace(" ", "-") + ".png"))

    def show(self, view):
        self.browser.run(f"location.hash = '{view}'")
        self.browser.wait(f"document.querySelector('nav [aria-current]')?.hash === '#{view}'")

    def enter(self, token):
        self.browser.wait("document.activeElement?.id === 'token'")
        self.browser.type(token, "Enter")

    def say(self, text):
        self.browser.wait(f"document.querySelector('.message')?.textContent.includes({text!r})")

    def trait(self, slot, traits):
        self.station.ask("PUT", f"/slots/{slot}/simulation", {"traits": traits})

    # Steps

    def files(self):
        """nothing may come from elsewhere, or be written into the page"""
        for path in ("/", "/page/main.js", "/page/base.css", "/page/icon.svg"):
            connection = http.client.HTTPConnection("127.0.0.1", self.station.options.port, timeout=60)
            connection.request("GET", path)
            answer = connection.getresponse()
            policy = answer.getheader("Content-Security-Policy")
            assert answer.status == 200 and "default-src 'none'" in policy and "unsafe" not in policy, (path, policy)
            connection.close()

    def access(self):
        """a wrong token is refused, a right one opens the page and is in no address"""
        self.browser.open(self.address)
        self.look("token")
        self.browser.forgiven = ("/v1/",)
        self.enter("xf_wrong")
        self.browser.wait("document.querySelector('[role=alert].bad')?.textContent.includes('unknown or revoked')")
        self.browser.forgiven = ()
        self.enter(self.station.token)
        self.browser.wait("document.querySelectorAll('.tile').length === 8")
        self.browser.wait("document.getElementById('link').textContent === 'Live'")
        self.browser.run("window.marker = 1")

    def scans(self):
        """what a scanner types starts a unit wherever the focus is, and a slot's name leads the next scan there"""
        self.browser.wait("document.getElementById('recipe').value === 'product'")
        self.browser.run("document.querySelector('[data-slot=\"A5\"] button:not([hidden])').focus()")
        self.browser.type("SN-0001", "Enter")
        self.word("A1", "PASS", "SN-0001")
        self.browser.wait("document.getElementById('announce').textContent.includes('Slot A1: pass. SN-0001')")
        self.browser.type("a3", "Enter")
        self.say("The next scan goes to slot A3.")
        self.browser.type("SN-0002", "Enter")
        self.word("A3", "PASS", "SN-0002")
        assert self.browser.run("document.getElementById('target').value") == ""
        assert self.browser.run("document.querySelector('.totals dd').textContent") == "2"

    def failure(self):
        """a board with a bad cell fails, and its tile and its dialog say what to do"""
        self.trait("A2", "fault=bad-cell")
        self.browser.click('[data-slot="A2"] button[aria-label="Start slot A2"]')
        self.word("A2", "FAIL")
        self.trait("A2", "")
        unit = self.station.ask("GET", "/units?slot=A2")[0]["closed"]["error"]
        assert unit["code"] in self.tile("A2", ".why") and unit["remedies"][0][:40] in self.tile("A2", ".remedy"), unit
        self.browser.click('[data-slot="A2"] button[aria-label="Details slot A2"]')
        self.browser.wait("document.querySelector('dialog[open] .failure')")
        text = self.browser.run("document.querySelector('dialog').innerText")
        for part in [unit["code"], unit["summary"], *unit["remedies"], *unit["causes"]]:
            assert part in text, part
        self.look("failure light")
        self.browser.key("Escape")
        self.browser.wait("!document.querySelector('dialog[open]')")

    def refusal(self):
        """a serial that was good is refused, which is no failure"""
        self.browser.type("SN-0001", "Enter")
        self.word("A1", "REFUSED", "SN-0001")
        size = self.browser.run("parseFloat(getComputedStyle(document.querySelector('[data-slot=\"A2\"] .word')).fontSize)")
        # Capitals have 0.7 of it: 15 mm on a 24 inch monitor, which is read from three metres and more.
        assert size * 0.7 * 0.277 >= 15, f"FAIL has {size} pixels"

    def gang(self):
        """all slots start at once, and progress is seen while they work"""
        self.browser.run("""window.seen = 0; new MutationObserver(() => {
            if ([...document.querySelectorAll('.tile [role=progressbar]')].some(bar => bar.getAttribute('aria-valuenow') > 0))
                window.seen += 1; }).observe(document.querySelector('.slots'), {subtree: true, attributes: true})""")
        self.browser.click("#start-all")
        self.say("Started: A1, A2, A3, A4, A5, A6, A7, A8.")
        for n in range(1, 9):
            self.word(f"A{n}", "PASS")
        assert self.browser.run("window.seen") > 0, "no progress was seen"
        for name, width, height, scheme in (("monitor light", 1920, 1080, "light"), ("monitor dark", 1920, 1080, "dark"),
                                            ("tablet portrait", 820, 1180, "light"), ("tablet landscape", 1180, 820, "dark")):
            self.browser.look_like(width, height, scheme)
            self.browser.wait(f"window.innerWidth === {width}")
            self.look(name)
        self.browser.look_like(1920, 1080)

    def units(self):
        """a unit is found by its serial"""
        self.show("units")
        self.browser.wait("document.querySelectorAll('tbody tr').length >= 12")
        self.browser.run("document.getElementById('search').focus()")
        self.browser.type("SN-0002", "Enter")
        self.browser.wait("document.querySelectorAll('tbody tr').length === 1")
        assert "PASS" in self.browser.run("document.querySelector('tbody').innerText")
        self.look("units")
        self.browser.click("tbody button")
        self.browser.wait("document.querySelector('dialog[open] table')")
        assert "Contents (SHA-256)" in self.browser.run("document.querySelector('dialog').innerText")
        self.look("unit")
        self.browser.click("dialog button")

    def yields(self):
        """times and yield are drawn, and stand in tables too"""
        self.show("yield")
        self.browser.wait("document.querySelectorAll('.chart .dot').length >= 10")
        self.browser.wait("document.querySelector('.chart[role=img]').getAttribute('aria-label').includes('median')")
        self.browser.click("summary")
        self.browser.wait("document.querySelector('details[open] tbody tr')")
        self.look("yield")

    def engineer(self):
        """the engineer's views show probes, recipes, images, the log, whole records and tokens"""
        expected = {"probes": "stlink-v3", "recipes": "approved by", "images": "product-1.4.bin", "log": "SN-0001",
                    "records": "The records are whole.", "tokens": "yours"}
        for view, text in expected.items():
            self.show(view)
            self.browser.wait(f"document.getElementById('main').innerText.includes({text!r})")
            self.look(view)
        self.browser.look_like(1920, 1080, "dark")
        for view in ("units", "yield", *expected):
            self.show(view)
            self.browser.wait("document.querySelector('#main h2')")
            self.look(view + " dark")
        self.browser.look_like(1920, 1080)
        self.browser.run("document.querySelector('#main form input').focus()")
        self.browser.type("anna", "Enter")
        self.token = self.browser.wait("document.querySelector('.key')?.textContent")
        assert {"anna": "operator"} == {
            entry["name"]: entry["role"] for entry in self.station.ask("GET", "/tokens") if entry["name"] == "anna"}

    def outage(self):
        """a station that is killed makes the page say that it is old; it recovers by itself"""
        self.show("station")
        self.browser.forgiven = ("/v1/",)
        self.station.process.kill()
        self.station.process.wait()
        self.browser.wait("!document.getElementById('stale').hidden && document.title.startsWith('OLD')")
        assert "what is shown is old" in self.browser.run("document.getElementById('stale').textContent")
        self.look("stale")
        begun = len(self.browser.headers)
        self.station.launch()
        self.browser.wait("document.getElementById('stale').hidden && document.getElementById('link').textContent === 'Live'")
        self.browser.forgiven = ()
        assert self.browser.run("window.marker") == 1, "the page was loaded again"
        last = [headers["Last-Event-ID"] for address, headers in self.browser.headers[begun:] if address.endswith("/v1/events")]
        assert last and int(last[-1]) > 0, last
        self.station.ask("POST", "/slots/A4/units", {"recipe": "product", "fields": {"serial": "SN-0003"}})
        self.word("A4", "PASS", "SN-0003")

    def operator(self):
        """an operator sees three views and nothing of the engineer's"""
        self.browser.run("sessionStorage.clear(); location.hash = ''; location.reload()")
        self.enter(self.token)
        self.browser.wait("document.querySelectorAll('.tile').length === 8")
        assert self.browser.run("[...document.querySelectorAll('nav a')].map(a => a.textContent)") == ["Station", "Units", "Yield"]
        self.browser.run("location.hash = 'tokens'")
        self.browser.wait("document.querySelector('nav [aria-current]')?.hash === '#station'")
        self.browser.type("SN-0004", "Enter")
        self.browser.wait("[...document.querySelectorAll('.tile')].some(tile => tile.innerText.includes('SN-0004')"
                          " && tile.innerText.includes('PASS'))")
        assert self.station.ask("GET", "/units?text=SN-0004")[0]["opened"]["operatorName"] == "anna"
        self.station.ask("DELETE", "/tokens/anna")
        self.browser.forgiven = ("/v1/",)
        self.browser.click("#start-all")
        self.browser.wait("document.querySelector('form.access')?.innerText.includes('unknown or revoked')")

    def surroundings(self):
        """no request left the machine, no address held a token, and nothing was complained of"""
        strangers = {address for address in self.browser.requests if not address.startswith((self.address, "blob:" + self.address))}
        assert not strangers - {"about:blank"}, strangers
        assert not any("xf_" in address for address in self.browser.requests)
        assert not self.browser.problems, "\n".join(self.browser.problems)


parser = argparse.ArgumentParser()
parser.add_argument("extflashd")
parser.add_argument("--pictures", help="keep pictures of the page in this folder")
Test(parser.parse_args()).run()
