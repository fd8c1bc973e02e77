// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the controller drives on the IO lines of a bank in one clock; bit n is IOn.
struct BankLines {
    var levels: UInt8
    var driven: UInt8

    /// Bits of `value` go out on `lines` lines, but those of `released` are inputs.
    ///
    /// With fewer than four lines in use IO2 is held low and IO3 high (RM0399, QUADSPI signal interface).
    @inline(__always) init(_ value: UInt32, _ lines: Int, releasing released: UInt8) {
        let bits = UInt8(truncatingIfNeeded: value) & Self.mask(lines)
        levels = lines == 4 ? bits : bits | 8
        driven = 0xF & ~released
    }
    /// A phase that sends: a single line goes out on IO0, and IO1 is an input.
    @inline(__always) init(sending value: UInt32, on lines: Int) {
        self.init(value, lines, releasing: lines == 1 ? 2 : 0)
    }
    /// The lines that carry data are inputs.
    @inline(__always) init(reading lines: Int) {
        self.init(.max, lines, releasing: lines == 4 ? 0xF : 3)
    }

    @inline(__always) static func mask(_ lines: Int) -> UInt8 { lines == 4 ? 0xF : lines == 2 ? 3 : 1 }
    /// The lines that the controller samples: a single line comes back on IO1.
    @inline(__always) static func sampled(_ lines: Int) -> UInt8 { lines == 1 ? 2 : mask(lines) }
}

extension LinePath {
    /// The levels on the chip's IO pins while the controller drives `drive` on the lines of `banks`.
    @inline(__always) func chipLevels(from drive: BankLines, of banks: BankSet) -> UInt8 {
        let taken = banks.contains(bank: bank) ? straight & drive.driven : 0
        return drive.levels & taken | rest & ~taken
    }

    /// The levels the controller finds on the lines of `bank` while the chip answers `answer`.
    ///
    /// A line that arrives nowhere is at `open`.
    @inline(__always) func levels(
        at bank: Int, from drive: BankLines, answer: LineLevels, open: UInt8
    ) -> UInt8 {
        let arriving = bank == self.bank ? straight : 0
        let undriven = rest & arriving | open & ~arriving
        let taken = answer.driven & arriving
        let levels = drive.levels & drive.driven | undriven & ~drive.driven
        return levels & ~taken | answer.levels & taken
    }
}

/// The same for lines that are crossed, one by one.
extension PinConnection {
    func chipLevels(from drive: BankLines, of banks: BankSet, rest: UInt8) -> UInt8 {
        var levels = rest
        for (index, line) in lines.enumerated() {
            guard case .signal(let bank, let number, _) = line, banks.contains(bank: bank),
                drive.driven >> UInt8(number) & 1 != 0
            else { continue }
            levels = levels & ~(1 << UInt8(index)) | (drive.levels >> UInt8(number) & 1) << UInt8(index)
        }
        return shorted(levels, among: drive.driven)
    }

    func levels(at bank: Int, from drive: BankLines, answer: LineLevels, open: UInt8) -> UInt8 {
        var levels = drive.levels & drive.driven | open & ~drive.driven
        for (index, line) in lines.enumerated() {
            if case .parted(bank, let number, let level, _) = line {
                levels = levels & ~(1 << UInt8(number)) | (level ? 1 << UInt8(number) : 0)
            }
            guard case .signal(bank, let number, let rest) = line else { continue }
            let bit: UInt8 = 1 << UInt8(number)
            if answer.driven >> UInt8(index) & 1 != 0 {
                levels = levels & ~bit | (answer.levels >> UInt8(index) & 1) << UInt8(number)
            } else if drive.driven & bit == 0 {
                levels = levels & ~bit | (rest ? bit : 0)
            }
        }
        return shorted(levels, among: drive.driven | answer.driven)
    }

    /// Levels of lines of which some are shorted: what is driven decides, low before high.
    private func shorted(_ levels: UInt8, among driven: UInt8) -> UInt8 {
        guard tied != 0 else { return levels }
        let deciding = driven & tied == 0 ? tied : driven & tied
        return levels & deciding == deciding ? levels | tied : levels & ~tied
    }
}
