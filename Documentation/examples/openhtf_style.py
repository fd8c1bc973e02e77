# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""A phase of a production test in the style of OpenHTF: openhtf_style.py SLOT RECIPE SERIAL"""
import sys
from station import Station


def program_flash(measurements, slot, recipe, serial):
    record = Station().program(slot, recipe, serial)
    closed = record["closed"]
    measurements["verdict"] = closed["verdict"]
    measurements["flash_id"] = closed.get("flash", {}).get("jedecID")
    measurements["supply_mv"] = closed.get("millivolts")
    measurements["program_s"] = sum(p["seconds"] for p in closed["phases"] if p["name"] == "program")
    return "PASS" if closed["verdict"] == "good" else "FAIL"


if __name__ == "__main__":
    found = {}
    outcome = program_flash(found, *sys.argv[1:4])
    for name in ("verdict", "flash_id"):
        print(name, found[name])
    print(outcome)
    sys.exit(outcome != "PASS")
