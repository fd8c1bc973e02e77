// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// A machine with the accesses a debugger would make, and the registers of the manual by name.
final class Board {
    let machine: Machine
    /// The access port used unless another is named: it needs no core.
    var port = 1

    init(_ change: (inout BenchConfiguration) -> Void = { _ in }) {
        var configuration = BenchConfiguration()
        change(&configuration)
        machine = Machine(configuration)
    }

    func read(_ address: UInt32, _ width: BusWidth = .word, port: Int? = nil) -> UInt32? {
        machine.read(accessPort: port ?? self.port, address, width, csw: 0x8000_0002)
    }
    @discardableResult
    func write(_ address: UInt32, _ value: UInt32, _ width: BusWidth = .word, port: Int? = nil) -> Bool {
        machine.write(accessPort: port ?? self.port, address, width, value, csw: 0x8000_0002)
    }
    /// A register that must answer.
    subscript(address: UInt32) -> UInt32 {
        get { read(address) ?? 0xDEAD_DEAD }
        set { write(address, newValue) }
    }
    /// A register behind an access port that must answer.
    func value(_ address: UInt32, port: Int) -> UInt32 { read(address, port: port) ?? 0xDEAD_DEAD }
    func elapse(_ duration: Picoseconds) { machine.elapse(duration) }

    // MARK: Cores

    /// Halts the core behind AP0 or AP3; gives S_HALT.
    @discardableResult
    func halt(port: Int = 0) -> Bool {
        write(0xE000_EDF0, 0xA05F_0003, port: port)
        elapse(10 * .microsecond)
        return (read(0xE000_EDF0, port: port) ?? 0) >> 17 & 1 != 0
    }
    /// Resets the part and halts the M7 at its reset vector: blank parts lock up, and a core in lockup takes no interrupts.
    func haltAtReset() {
        write(0xE000_EDF0, 0xA05F_0001, port: 0)
        write(0xE000_EDFC, 0x0100_0001, port: 0)
        write(0xE000_ED0C, 0x05FA_0004, port: 0)
        elapse(1 * .millisecond)
    }
    func resume(port: Int = 0) { write(0xE000_EDF0, 0xA05F_0001, port: port) }
    func coreRegister(_ selector: UInt32, port: Int = 0) -> UInt32 {
        write(0xE000_EDF4, selector, port: port)
        return read(0xE000_EDF8, port: port) ?? 0
    }
    func setCoreRegister(_ selector: UInt32, _ value: UInt32, port: Int = 0) {
        write(0xE000_EDF8, value, port: port)
        write(0xE000_EDF4, selector | 1 << 16, port: port)
    }
    /// Puts code into AXI SRAM and lets the M7 run it.
    func run(_ halfwords: [UInt16], at address: UInt32 = 0x2400_1000) {
        halt()
        for (index, halfword) in halfwords.enumerated() {
            write(address + 2 * UInt32(index), UInt32(halfword), .halfword)
        }
        setCoreRegister(16, 0x0100_0000)
        setCoreRegister(13, 0x2400_8000)
        setCoreRegister(15, address)
        resume()
    }

    // MARK: QUADSPI

    /// Clocks, pins and controller as the board needs them: HCLK / (`prescaler` + 1), its bank or both, 2^(`size` + 1)
    /// bytes.
    func setUpQuadSPI(prescaler: UInt32 = 1, size: UInt32 = 23, control: UInt32 = 0) {
        self[RCC.ahb4enr] = 0x7FF
        self[RCC.ahb3enr] |= 1 << 14
        let chips = machine.configuration.board.chips
        for chip in chips { route(chip.wiring) }
        let banks: UInt32 = chips.count > 1 ? 0x40 : chips[0].wiring.bank == 2 ? 0x80 : 0
        self[QSPI.dcr] = size << 16 | 0x300
        self[QSPI.cr] = prescaler << 24 | 0x11 | banks | control
    }
    /// Every pin of a chip gets the alternate function it is there for.
    private func route(_ wiring: ChipWiring) {
        let bank = wiring.bank
        let wanted: [(PinName?, [QuadSPISignal])] =
            [(wiring.clock, [.clock]), (wiring.select, [.select(bank: 1), .select(bank: 2)])]
            + wiring.lines.enumerated().map { ($1, [.data(bank: bank, line: $0)]) }
        for (pin, signals) in wanted {
            let table = machine.configuration.board.pins
            for entry in table where entry.pin == pin && signals.contains(entry.signal) {
                route(UInt32(entry.pin.port), UInt32(entry.pin.number), to: entry.function)
            }
        }
    }
    /// MODER of one pin: 0 input, 1 output, 2 alternate function, 3 analog.
    func setMode(_ port: UInt32, _ pin: UInt32, _ mode: UInt32) {
        let register = 0x5802_0000 + 0x400 * port
        self[register] = self[register] & ~(3 << (2 * pin)) | mode << (2 * pin)
    }
    /// PUPDR of one pin: 1 up, 2 down.
    func setPull(_ port: UInt32, _ pin: UInt32, _ pull: UInt32) {
        let register = 0x5802_000C + 0x400 * port
        self[register] = self[register] & ~(3 << (2 * pin)) | pull << (2 * pin)
    }
    /// The level of an output.
    func setLevel(_ port: UInt32, _ pin: UInt32, _ level: Bool) {
        self[0x5802_0018 + 0x400 * port] = 1 << (level ? pin : pin + 16)
    }
    func route(_ port: UInt32, _ pin: UInt32, to function: UInt32) {
        let base = 0x5802_0000 + 0x400 * port
        let register = base + 0x20 + pin / 8 * 4
        self[register] = self[register] & ~(15 << (pin % 8 * 4)) | function << (pin % 8 * 4)
        self[base] = self[base] & ~(3 << (2 * pin)) | 2 << (2 * pin)
    }

    /// One indirect command to its end.
    ///
    /// `lines` are those of instruction, address and data.
    @discardableResult
    func command(
        _ opcode: UInt8, address: UInt32? = nil, mode: UInt8? = nil, dummy: UInt32 = 0,
        lines: (UInt32, UInt32, UInt32) = (1, 1, 1), write data: [UInt8] = [], read count: Int = 0
    ) -> [UInt8] {
        let code = { (lines: UInt32) -> UInt32 in lines == 4 ? 3 : lines }
        let length = max(count, data.count)
        var ccr = UInt32(opcode) | code(lines.0) << 8 | dummy << 18
        if address != nil { ccr |= code(lines.1) << 10 | 2 << 12 }
        if let mode {
            ccr |= code(lines.1) << 14
            self[QSPI.abr] = UInt32(mode)
        }
        if length > 0 {
            ccr |= code(lines.2) << 24
            self[QSPI.dlr] = UInt32(length - 1)
        }
        if count > 0 { ccr |= 1 << 26 }
        self[QSPI.ccr] = ccr
        if let address { self[QSPI.ar] = address }
        for byte in data { write(QSPI.dr, UInt32(byte), .byte) }
        let result = (0..<count).map { _ in UInt8(truncatingIfNeeded: read(QSPI.dr, .byte) ?? 0) }
        wait(1000) { self[QSPI.sr] & 0x20 != 0 }
        self[QSPI.fcr] = 0x1B
        return result
    }
    /// Waits for SR1.BUSY to fall; gives the time it took.
    @discardableResult
    func waitWhileBusy(step: Picoseconds = 10 * .microsecond) -> Picoseconds {
        let start = machine.now
        wait(100_000, step: step) { command(0x05, read: 1)[0] & 1 != 0 }
        return machine.now - start
    }
    /// Lets time pass while `condition` holds, at most `count` steps of it.
    func wait(_ count: Int, step: Picoseconds = 10 * .microsecond, while condition: () -> Bool) {
        for _ in 0..<count {
            guard condition() else { return }
            elapse(step)
        }
    }
}

enum RCC {
    static let cr: UInt32 = 0x5802_4400, cfgr: UInt32 = 0x5802_4410, d1cfgr: UInt32 = 0x5802_4418
    static let pllckselr: UInt32 = 0x5802_4428, pllcfgr: UInt32 = 0x5802_442C
    static let pll1divr: UInt32 = 0x5802_4430, pll1fracr: UInt32 = 0x5802_4434, pll2divr: UInt32 = 0x5802_4438
    static let d1ccipr: UInt32 = 0x5802_444C, ahb3rstr: UInt32 = 0x5802_447C, gcr: UInt32 = 0x5802_44A0
    static let rsr: UInt32 = 0x5802_44D0
    static let ahb3enr: UInt32 = 0x5802_44D4, ahb2enr: UInt32 = 0x5802_44DC, ahb4enr: UInt32 = 0x5802_44E0
    static let apb3enr: UInt32 = 0x5802_44E4, apb1lenr: UInt32 = 0x5802_44E8
}

enum QSPI {
    static let cr: UInt32 = 0x5200_5000, dcr: UInt32 = 0x5200_5004, sr: UInt32 = 0x5200_5008
    static let fcr: UInt32 = 0x5200_500C, dlr: UInt32 = 0x5200_5010, ccr: UInt32 = 0x5200_5014
    static let ar: UInt32 = 0x5200_5018, abr: UInt32 = 0x5200_501C, dr: UInt32 = 0x5200_5020
    static let psmkr: UInt32 = 0x5200_5024, psmar: UInt32 = 0x5200_5028, pir: UInt32 = 0x5200_502C
    static let lptr: UInt32 = 0x5200_5030
}
