// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

extension STLinkProbe {
    @discardableResult package func setClock(_ clock: Hertz) throws(ProbeError) -> Hertz {
        try becomeReady()
        if version.has(.clockList) {
            self.clock = try setListedClock(clock)
        } else if version.has(.clockDivisor) {
            let best = STLinkClock.best(for: clock)
            try perform(SetClockDivisor(divisor: best.divisor))
            self.clock = best.clock
        }
        trace(.debug, "ST-LINK clock set", ["asked": "\(clock)", "set": "\(self.clock)"])
        return self.clock
    }

    private func setListedClock(_ clock: Hertz) throws(ProbeError) -> Hertz {
        if offeredClocks.isEmpty {
            offeredClocks = try perform(GetClocks()).offered.sorted(by: >)
        }
        guard let choice = offeredClocks.first(where: { $0 <= clock }) ?? offeredClocks.last else {
            throw .malformedResponse(command: GetClocks.name, detail: "the probe offers no clock")
        }
        let actual = try perform(SetClock(clock: choice))
        return actual.rawValue == 0 ? choice : actual
    }
}
