// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// SWD clocks of V2 and V2-1, which take a divisor.
///
/// The names are ST's. Scopes show less on the wire (divisor 0: 2.4 MHz or 3.6 MHz by board), never more.
struct STLinkClock: Hashable, Sendable {
    let clock: Hertz
    let divisor: UInt16

    static let all: [STLinkClock] = [
        STLinkClock(clock: .kilohertz(4_000), divisor: 0),
        powerOn,
        STLinkClock(clock: .kilohertz(1_200), divisor: 2),
        STLinkClock(clock: .kilohertz(950), divisor: 3),
        STLinkClock(clock: .kilohertz(480), divisor: 7),
        STLinkClock(clock: .kilohertz(240), divisor: 15),
        STLinkClock(clock: .kilohertz(125), divisor: 31),
        STLinkClock(clock: .kilohertz(100), divisor: 40),
        STLinkClock(clock: .kilohertz(50), divisor: 79),
        STLinkClock(clock: .kilohertz(25), divisor: 158),
        STLinkClock(clock: .kilohertz(15), divisor: 265),
        slowest,
    ]
    static let powerOn = STLinkClock(clock: .kilohertz(1_800), divisor: 1)
    private static let slowest = STLinkClock(clock: .kilohertz(5), divisor: 798)

    /// The fastest not above `clock`, or the slowest.
    static func best(for clock: Hertz) -> STLinkClock { all.first { $0.clock <= clock } ?? slowest }
}
