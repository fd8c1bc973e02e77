// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where the automatic status polling has got to (RM0399, QUADSPI automatic status-polling mode).
struct StatusPolling {
    /// When the next command begins, and how long it takes to its last bit.
    var start: Picoseconds = 0
    private(set) var length: Picoseconds = 1
    /// From one command to the next.
    private(set) var period: Picoseconds = 1
    /// Status bytes a command reads.
    private(set) var byteCount: UInt64 = 0
    /// What the last command read; DR reads as this.
    private(set) var data: UInt32 = 0
    var hasData = false
    /// DR was not read since: SR.FTF (RM0399, automatic status-polling mode).
    var isUnread = false

    /// At most 4 bytes are read, whatever DLR asks for.
    mutating func begin(_ command: SerialCommand, _ registers: QuadSPIRegisters, at moment: Picoseconds) {
        start = moment
        measure(command, registers)
    }

    /// Takes the length of a command, which SIOO makes shorter from the second one on.
    mutating func measure(_ command: SerialCommand, _ registers: QuadSPIRegisters) {
        byteCount = registers.hasData ? min(UInt64(registers.dataLength) + 1, 4) : 0
        length = Picoseconds(command.headerClocks) &* command.bitTime &+ command.time(forBytes: byteCount)
        let pause = registers.selectHighTime + Picoseconds(registers.pollInterval)
        period = length &+ pause &* command.bitTime
    }

    /// A command has read `data`.
    mutating func note(_ data: UInt32) { (self.data, hasData, isUnread) = (data, true, true) }

    /// When the command in progress, or the next one, has read its status.
    var end: Picoseconds { start &+ length }

    /// PMM 0: all bits of the mask match, 1: any of them.
    func isMatch(_ registers: QuadSPIRegisters) -> Bool {
        let difference = (data ^ registers.pollMatch) & registers.pollMask
        return registers.matchesAny ? difference != registers.pollMask : difference == 0
    }

    /// Polls before the flash can answer differently change nothing: passes over those that end before `limit`.
    mutating func skip(until limit: Picoseconds) {
        start &+= period
        if limit > end { start &+= (limit &- end) / period &* period }
    }

    /// When the poll ends that can first change SR; `change` is when the flash can first answer differently.
    func nextResult(_ registers: QuadSPIRegisters, change: Picoseconds?) -> Picoseconds {
        guard hasData, isUnread else { return end }
        // Each further match sets a flag that was cleared.
        if isMatch(registers), registers.flags & 8 == 0 { return end }
        guard let change else { return .max }
        guard change > end else { return end }
        return end &+ ((change &- end) / period &+ 1) &* period
    }
}
