// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One transfer as the communication configuration register describes it: 24-bit addresses, direction write.
struct Transfer {
    enum Lines: UInt32 {
        case one = 1
        case two = 2
        case four = 3
    }

    private(set) var bits: UInt32

    @inline(__always)
    init(_ instruction: UInt8, lines: Lines = .one) { bits = lines.rawValue << 8 | UInt32(instruction) }

    @inline(__always)
    func address(_ lines: Lines) -> Transfer { adding(lines.rawValue << 10 | 2 << 12) }
    /// One byte between address and dummy cycles.
    @inline(__always)
    func mode(_ lines: Lines) -> Transfer { adding(lines.rawValue << 14) }
    @inline(__always)
    func dummy(_ clocks: UInt32) -> Transfer { adding(clocks << 18) }
    @inline(__always)
    func data(_ lines: Lines) -> Transfer { adding(lines.rawValue << 24) }

    @inline(__always) var reading: Transfer { adding(1 << 26) }
    @inline(__always) var polling: Transfer { adding(2 << 26) }
    @inline(__always) var mapped: Transfer { adding(3 << 26) }

    @inline(__always)
    private func adding(_ more: UInt32) -> Transfer {
        var transfer = self
        transfer.bits |= more
        return transfer
    }
}
