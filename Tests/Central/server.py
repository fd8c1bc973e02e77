# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""A PostgreSQL of a test's own, and a network to it that can be disturbed."""
import os, pwd, shutil, signal, socket, subprocess, threading, time


class Server:
    """A PostgreSQL of its own, as an ordinary user, on the loopback interface with TLS."""

    def __init__(self, folder):
        self.folder = folder
        versions = sorted(os.listdir("/usr/lib/postgresql"), key=int)
        self.programs = f"/usr/lib/postgresql/{versions[-1]}/bin"
        self.data = os.path.join(folder, "data")
        self.port = free_port()
        self.user = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self.user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]

    def run(self, program, *arguments, check=True, **more):
        return subprocess.run(
            self.user + [f"{self.programs}/{program}", *arguments], check=check, cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)

    def create(self):
        self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8")
        subprocess.run(
            self.user + [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{self.data}/server.key", "-out",
                f"{self.data}/server.crt"], check=True, cwd=self.folder, stderr=subprocess.DEVNULL)
        self.certificate = os.path.join(self.folder, "ca.pem")
        shutil.copy(f"{self.data}/server.crt", self.certificate)
        os.chmod(self.certificate, 0o644)
        # A password and TLS from the network; the test itself comes over the socket.
        with open(f"{self.data}/pg_hba.conf", "w") as file:
            file.write("local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        with open(f"{self.data}/postgresql.conf", "a") as file:
            file.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self.folder}'\n"
                "ssl = on\nmax_connections = 40\n")
        self.start()
        for role in ("owner", "station"):
            self.sql(f"CREATE ROLE {role} LOGIN PASSWORD 'secret of {role}'", database="postgres")
        self.sql("CREATE DATABASE extflash OWNER owner", database="postgres")

    def start(self):
        for _ in range(40):
            # After SIGKILL what was left behind has to go first.
            if self.run("pg_ctl", "-D", self.data, "-l", f"{self.folder}/server.log", "-w", "start", check=False).returncode == 0:
                return
            time.sleep(0.25)
        raise SystemExit(f"PostgreSQL does not start: see {self.folder}/server.log")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", check=False)

    def kill(self):
        """SIGKILL for the server and everything that it has started."""
        with open(f"{self.data}/postmaster.pid") as file:
            main = int(file.readline())
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(main)], stdout=subprocess.PIPE, text=True).stdout.split()
        for process in [main, *map(int, children)]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def sql(self, text, database="extflash", check=True):
        answer = self.run("psql", "-h", self.folder, "-p", str(self.port), "-U", "postgres", "-d", database, "-At", "-v",
                          "ON_ERROR_STOP=1", "-c", text, check=False)
        assert answer.returncode == 0 or not check, answer.stdout
        return answer.stdout.strip()


class Proxy:
    """Forwards to the server, or accepts and forwards nothing, or refuses."""

    def __init__(self, target):
        self.target, self.mode, self.pairs = target, "forward", set()
        self.port = free_port()
        self.listener = None
        self.open()

    def open(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(50)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def set(self, mode):
        before, self.mode = self.mode, mode
        if mode == "refuse":
            # A thread in accept() would keep the socket alive.
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.cut()
        elif before == "refuse":
            self.open()
        elif before == "hang":
            # What was swallowed is lost: those connections end.
            self.cut()

    def cut(self):
        for pair in list(self.pairs):
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def accept(self, listener):
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        pair = (client, server)
        self.pairs.add(pair)
        threads = [threading.Thread(target=self.pump, args=ends, daemon=True) for ends in (pair, pair[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.pairs.discard(pair)
        for end in pair:
            end.close()

    def pump(self, source, sink):
        try:
            while data := source.recv(65536):
                if self.mode != "hang":
                    sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
