# SPDX-License-Identifier: Apache-2.0
# Copyright the extflash authors
"""A driver in the style of labgrid: a place is a slot of the station. labgrid_style.py SLOT RECIPE SERIAL"""
import sys
from station import Station


class ExtFlashDriver:
    def __init__(self, place, station=None):
        self.place, self.station = place, station or Station()

    def state(self):
        return next(s["activity"] for s in self.station.ask("GET", "/slots") if s["name"] == self.place)

    def flash(self, recipe, serial):
        record = self.station.program(self.place, recipe, serial)
        error = record["closed"].get("error")
        if record["closed"]["verdict"] != "good":
            raise RuntimeError("%s: %s" % (record["closed"]["verdict"], error and error["summary"]))
        return record["opened"]["unit"]


if __name__ == "__main__":
    driver = ExtFlashDriver(sys.argv[1])
    print(driver.state(), driver.flash(*sys.argv[2:4]))
