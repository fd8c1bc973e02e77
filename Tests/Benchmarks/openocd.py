#!/usr/bin/env python3
"""The same job by extflash and by OpenOCD's stmqspi, through the same virtual probe on the private USB bus.

    openocd.py EXTFLASH [--json FILE]

1 MiB of random data onto a written flash: erased, programmed and verified, and read back. The virtual time of a session on the bus is
taken from its record, from the first transfer to the last; what the set-up alone takes is told, too. It follows the clock of the machine
while the client thinks, and so contains the client's own time and that of the bus: run it on a machine that does nothing else.
Prints a table; judges nothing.
"""
import argparse, json, os, random, re, shutil, subprocess, tempfile

SIZE, BASE = 1 << 20, "0x90000000"
SETUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "USB", "openocd", "qspi.tcl")
PROBES = [("stlink-v3", "stlink-dap", "dapdirect_swd"), ("cmsis-dap-v2", "cmsis-dap", "swd")]
LAST = SIZE // 65536 - 1
# Name, then what OpenOCD and what extflash is asked.
JOBS = [
    ("set-up alone", "flash probe stm32h7x.qspi", ["info"]),
    ("program", f"flash erase_sector stm32h7x.qspi 0 {LAST}; flash write_bank stm32h7x.qspi new.bin 0; "
     "flash verify_bank stm32h7x.qspi new.bin 0", ["program", "new.bin", "--address", BASE]),
    ("read", f"flash read_bank stm32h7x.qspi openocd.bin 0 {SIZE}", ["read", "-o", "extflash.bin", "--range", f"{BASE}+{SIZE}"])]


def duration(record):
    """Seconds from the first transfer to the last."""
    with open(record) as lines:
        times = [float(found[1]) for found in map(re.compile(r"[<>] \w+ @([0-9.]+)").match, lines) if found]
    return (times[-1] - times[0]) / 1e6


def session(extflash, folder, probe, command):
    record = os.path.join(folder, "record")
    shutil.rmtree(record, ignore_errors=True)
    done = subprocess.run(
        [extflash, "simulate", "--probe", f"{probe},state=state", "--record", record, "--", *command], cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"{command[0]} on {probe} ended with {done.returncode}:\n{done.stdout}")
    return duration(os.path.join(record, os.listdir(record)[0]))


def openocd(interface, transport, job):
    return ["openocd", "-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled", "-f", f"interface/{interface}.cfg", "-c",
            f"transport select {transport}", "-c", "set DUAL_CORE 1; set USE_CTI 1; set QUADSPI 1", "-f", "target/stm32h7x_dual_bank.cfg",
            "-c", f"source {SETUP}; init; reset halt; set_up_quadspi; flash probe stm32h7x.qspi; {job}; shutdown"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("extflash")
    parser.add_argument("--json")
    options = parser.parse_args()
    extflash = os.path.abspath(options.extflash)
    if not shutil.which("openocd") or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        print("OpenOCD beside it: left out, it needs openocd and /dev/fuse")
        return
    rows = []
    print(f"{'probe':14}{'job':14}{'extflash s':>11}{'OpenOCD s':>11}{'ratio':>7}")
    with tempfile.TemporaryDirectory(prefix="extflash-openocd-") as folder:
        path = lambda name: os.path.join(folder, name)
        for name, seed in (("old.bin", 1), ("new.bin", 2)):
            with open(path(name), "wb") as file:
                file.write(random.Random(seed).randbytes(SIZE))
        for probe, interface, transport in PROBES:
            for name, theirs, ours in JOBS:
                times = []
                for command in ([extflash, *ours], openocd(interface, transport, theirs)):
                    shutil.rmtree(path("state"), ignore_errors=True)
                    subprocess.run(
                        [extflash, "program", "old.bin", "--address", BASE, "--probe", f"sim:{probe},state=state"], cwd=folder,
                        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    times.append(session(extflash, folder, probe, command))
                rows.append({"probe": probe, "job": name, "extflashSeconds": times[0], "openocdSeconds": times[1]})
                print(f"{probe:14}{name:14}{times[0]:11.2f}{times[1]:11.2f}{times[0] / times[1]:7.2f}", flush=True)
            if open(path("extflash.bin"), "rb").read() != open(path("openocd.bin"), "rb").read():
                raise SystemExit("the two have read different bytes")
            os.remove(path("extflash.bin"))
    if options.json:
        with open(options.json, "w") as out:
            json.dump(rows, out, indent=1)


main()
