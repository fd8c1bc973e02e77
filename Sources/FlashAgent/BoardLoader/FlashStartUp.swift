// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// The steps that bring a flash out of whatever mode it was left in, and make it what its file says.
struct FlashStartUp: TableRows {
    private(set) var rows: [[UInt32]] = []
    private let plan: InstructionPlan
    private var chip: FlashChipDefinition { plan.chip }
    /// Chips that get every byte.
    private var width: UInt32 { plan.isPair ? 2 : 1 }

    private static let fourLines: UInt32 = 3 << 8
    private static let singleLineData: UInt32 = 1 << 24

    /// Microseconds; more than any data sheet has for them.
    private enum Time {
        static let release: UInt32 = 150
        static let reset: UInt32 = 500
        static let ready: UInt32 = 500_000
        static let registerWrite: UInt32 = 2_000_000
    }

    init(_ plan: InstructionPlan) {
        self.plan = plan
        leaveModes()
        endOperations()
        reset()
        add(StartUpStep.awaitReady, Time.ready)
        add(StartUpStep.identify, FlashSettings.registerRead(0x9F))
        enableQuad()
        if plan.waits != nil { add(StartUpStep.adoptWait) }
        precondition(rows.count <= BoardTable.mostSteps, "a start has so many steps at most")
    }

    private mutating func add(_ step: UInt32, _ first: UInt32 = 0, _ second: UInt32 = 0, _ third: UInt32 = 0)
    {
        rows.append([step, first, second, third])
    }
    private mutating func send(_ opcode: UInt8) { add(StartUpStep.send, InstructionPlan.command(opcode)) }
    private mutating func sendOnFourLines(_ opcode: UInt8) {
        add(StartUpStep.send, Self.fourLines | UInt32(opcode))
    }

    // MARK: Recovery

    private mutating func leaveModes() {
        // QPI: two clocks on four lines leave it; in any other mode they are no instruction.
        sendOnFourLines(0xFF)
        sendOnFourLines(0xF5)
        // A read that goes on without instruction takes what comes for its address and mode bits, which ones end: 8 clocks on
        // four lines, 10 of longer addresses, 16 and 20 on two.
        send(0xFF)
        add(StartUpStep.set, .max)
        for more in [1, 3] as [UInt32] {
            add(StartUpStep.write, InstructionPlan.command(0xFF) | Self.singleLineData, more * width)
        }
        if let release = chip.instruction(.release) {
            send(release.opcode)
            add(StartUpStep.pause, Time.release)
        }
    }

    /// A reset would leave a half-erased sector: a suspended or running operation gets its time.
    ///
    /// A chip erase does not: whoever started it is gone, and what it erases is lost either way.
    private mutating func endOperations() {
        guard let busy = chip.busy, let read = chip.register(busy.register)?.read else { return }
        if let resume = chip.instruction(.resume) { send(resume.opcode) }
        let longest = chip.erases.map(\.time.maximum).max() ?? .zero
        add(StartUpStep.read, FlashSettings.registerRead(read), 0)
        // All ones is no chip.
        let ones = FlashSettings.both(0xFF, plan.isPair)
        add(StartUpStep.skip, ones, ones, 1)
        add(StartUpStep.settle, FlashSettings.limit(longest))
        if let clear = plan.clearFailures { add(StartUpStep.send, clear) }
    }

    private mutating func reset() {
        guard let reset = chip.instruction(.reset) else { return }
        if let enable = chip.instruction(.enableReset) {
            // A chip that is still in QPI hears this on four lines only.
            sendOnFourLines(enable.opcode)
            sendOnFourLines(reset.opcode)
            send(enable.opcode)
        }
        send(reset.opcode)
        add(StartUpStep.pause, Time.reset)
    }

    // MARK: Four lines

    /// Makes IO2 and IO3 data lines: only until the next reset or power cycle if the chip can, so that the board's own setting
    /// stays as it is.
    private mutating func enableQuad() {
        guard plan.usesQuad, let enable = chip.quadEnable,
            let read = chip.register(enable.condition.register)?.read
        else { return }
        let bit: UInt32 = FlashSettings.both(1 << enable.condition.bit, plan.isPair)
        let match = enable.condition.value == 0 ? 0 : bit
        let writes = chip.registerWrites.filter { $0.registers.contains(enable.condition.register) }
            .filter { $0.registers.count <= 2 && opcodes(of: $0.registers) != nil }
        let write = writes.min { $0.registers.count < $1.registers.count }
        var attempts: [[UInt32]] = []
        if let volatile = chip.volatileWriteEnable {
            attempts.append([StartUpStep.send, InstructionPlan.command(volatile), 0, 0])
        }
        attempts.append([StartUpStep.enableWriting, 0, 0, 0])
        for attempt in write == nil ? [] : attempts {
            guard let write else { continue }
            let steps = change(write, bit, match, of: enable.condition.register, after: attempt)
            add(StartUpStep.read, FlashSettings.registerRead(read), 0)
            add(StartUpStep.skip, bit, match, UInt32(steps.count))
            rows += steps
        }
        add(StartUpStep.read, FlashSettings.registerRead(read), 0)
        add(StartUpStep.require, bit, match)
    }

    private func opcodes(of registers: [String]) -> [UInt8]? {
        let known = registers.compactMap { name in
            chip.register(name).flatMap { $0.width == 1 ? $0.read : nil }
        }
        return known.count == registers.count ? known : nil
    }

    /// Reads what is written together, changes one bit and writes it back.
    private func change(
        _ write: ChipRegisterWrite, _ bit: UInt32, _ match: UInt32, of register: String,
        after attempt: [UInt32]
    ) -> [[UInt32]] {
        var steps: [[UInt32]] = []
        for (index, opcode) in (opcodes(of: write.registers) ?? []).enumerated() {
            let shift = 8 * width * UInt32(index)
            steps.append([StartUpStep.read, FlashSettings.registerRead(opcode), shift, 0])
        }
        let shift = 8 * width * UInt32(write.registers.firstIndex(of: register) ?? 0)
        steps.append([StartUpStep.change, bit << shift, match << shift, 0])
        steps.append(attempt)
        steps.append([
            StartUpStep.write, InstructionPlan.command(write.opcode) | Self.singleLineData,
            width * UInt32(write.registers.count), 0,
        ])
        steps.append([StartUpStep.awaitReady, Time.registerWrite, 0, 0])
        return steps
    }
}
