"""A headless Chromium, driven over the DevTools protocol with nothing but Python's standard library."""
import base64, json, os, shutil, socket, struct, subprocess, tempfile, time, urllib.request

# Generous: a busy machine is no failure.
LIMIT = 90


class WebSocket:
    """A client of RFC 6455: text frames, without extensions."""

    def __init__(self, host, port, path):
        self.socket = socket.create_connection((host, port), timeout=LIMIT)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0], head

    def more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the browser closed the connection")
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else (
            b"\xfe" + struct.pack(">H", len(data)) if len(data) < 1 << 16 else b"\xff" + struct.pack(">Q", len(data)))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self.socket.sendall(b"\x81" + length + mask + masked)

    def receive(self):
        message = b""
        while True:
            first, second = self.take(2)
            length = second & 0x7f
            if length == 126:
                length, = struct.unpack(">H", self.take(2))
            elif length == 127:
                length, = struct.unpack(">Q", self.take(8))
            data = self.take(length)
            if first & 0x0f == 8:
                raise ConnectionError("the browser closed the connection")
            if first & 0x0f in (0, 1):
                message += data
                if first & 0x80:
                    return message.decode()


class Browser:
    """One tab. What goes wrong in it, and what it asks for, is noted."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="extflash-page-")
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        assert program, "there is no Chromium: make page-packages"
        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "--no-first-run",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
             "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-proxy-server",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = int(self.until(self.active_port, "the browser's port"))
        self.next, self.problems, self.requests, self.headers = 0, [], [], []
        # Addresses whose failure is expected just now.
        self.forgiven = ()
        pages = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json/list", timeout=LIMIT).read())
        path = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page").split(str(self.port), 1)[1]
        self.socket = WebSocket("127.0.0.1", self.port, path)
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility", "DOM"):
            self.call(domain + ".enable")

    def active_port(self):
        try:
            with open(os.path.join(self.folder, "DevToolsActivePort")) as file:
                return file.readline().strip()
        except OSError:
            return None

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def until(look, what, limit=LIMIT):
        """What `look` gives, once it gives something."""
        end = time.monotonic() + limit
        while True:
            value = look()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {limit} s: {what}")
            time.sleep(0.05)

    # The protocol

    def call(self, method, **parameters):
        self.next += 1
        self.socket.send(json.dumps({"id": self.next, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.next:
                assert "error" not in message, (method, message["error"])
                return message["result"]
            self.note(message)

    def note(self, message):
        method, values = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
            self.headers.append((values["request"]["url"], values["request"]["headers"]))
        elif method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning", "assert"):
            self.problems.append("console: " + str([argument.get("value") for argument in values["args"]]))
        elif method == "Log.entryAdded" and values["entry"]["level"] == "error":
            entry = values["entry"]
            if not any(part in entry.get("url", "") for part in self.forgiven):
                self.problems.append(f"{entry['text']} {entry.get('url', '')}")
        elif method == "Page.javascriptDialogOpening":
            self.next += 1
            self.socket.send(json.dumps(
                {"id": self.next, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}))

    # What a person does

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def run(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, (expression, answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, expression, limit=LIMIT):
        """Until the expression holds in the page; its value."""
        def look():
            try:
                # An element cannot be handed over; that there is one can.
                return self.run(f"(value => value instanceof Node || value)({expression})")
            except AssertionError as error:
                # Between two documents nothing can be asked.
                if "context" in str(error) or "navigated" in str(error):
                    return None
                raise
        try:
            return self.until(look, expression, limit)
        except AssertionError:
            text = self.run("document.body.innerText")
            raise AssertionError(f"not within {limit} s: {expression}\nThe page says:\n{text}") from None

    def click(self, selector):
        """With the mouse, where the element is: what covers it takes the click."""
        place = self.wait(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return r.width ? [r.x + r.width / 2, r.y + r.height / 2] : null; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def key(self, name, code=0):
        text = {"Enter": "\r"}.get(name, name if len(name) == 1 else "")
        values = {"key": name, "code": name if len(name) > 1 else "", "windowsVirtualKeyCode": code or {"Enter": 13, "Escape": 27, "Tab": 9}.get(name, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **values)
        self.call("Input.dispatchKeyEvent", type="keyUp", **values)

    def type(self, text, end=""):
        for character in text:
            self.key(character)
        if end:
            self.key(end)

    def look_like(self, width, height, scheme="light", touch=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
