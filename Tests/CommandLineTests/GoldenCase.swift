// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import TestLoaders
import Testing

/// Command lines that run one after the other in one directory, and the name of the files that hold what they say.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// `$DIR` is the directory.
    let lines: [String]
    /// Files of the directory.
    let files: [(name: String, bytes: [UInt8])]
    /// Lies there as `l.stldr`.
    let loader: TestLoader?
    /// The places where configuration is searched.
    let configuration: [String]

    var testDescription: String { name }

    init(
        _ name: String, _ lines: String..., loader: TestLoader? = nil,
        files: [(name: String, bytes: [UInt8])] = [], configuration: [String] = []
    ) {
        (self.name, self.lines, self.loader, self.files) = (name, lines, loader, files)
        self.configuration = configuration
    }

    func arguments(of line: String, in folder: String) -> [String] {
        line.split(separator: " ").map { String($0).replacing("$DIR", with: folder) }
    }
}

/// Contents of files, the same in every run.
enum Contents {
    /// A loader of the tests; one that is missing shows in what is expected.
    static func built(_ loader: TestLoader) -> (name: String, bytes: [UInt8]) {
        (loader.fileName, (try? loader.bytes()) ?? [])
    }
    /// A CMSIS pack with two algorithms for the QUADSPI, one of which is a board's.
    static let pack: (name: String, bytes: [UInt8]) = {
        let description = """
            <package>
              <devices><family Dfamily="STM32H7 Series">
                <algorithm name="Flash/Internal.FLM" start="0x08000000" size="0x200000"/>
                <algorithm name="Flash/Other.FLM" start="0x90000000" size="0x1000000"/>
              </family></devices>
              <boards><board name="STM32H745XI-W25Q128">
                <algorithm name="Flash/Own.FLM" start="0x90000000" size="0x1000000"/>
              </board></boards>
            </package>
            """
        let algorithm = built(.algorithm).bytes
        let zip = SyntheticZip(
            [.init("A.Own.pdsc", Array(description.utf8))]
                + ["Internal", "Other", "Own"].map { .init("Flash/\($0).FLM", algorithm) })
        return ("x.pack", zip.encode())
    }()
    static func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    static func elf(machine: UInt16 = 40, at address: UInt32 = 0x9000_1000) -> [UInt8] {
        var file = SyntheticELF()
        file.machine = machine
        file.add(".text", at: address, random(300, seed: 2))
        file.addSegment(0..<1, physicalAddress: address)
        return file.encode()
    }

    /// A bus master whose enable bit never falls: bit 0 of CPUID.
    static let targetWithEndlessMaster = Array(
        """
        schema: 1
        name: mine
        title: Mine
        extends: stm32h745
        parts: [STM32H745]
        bus-masters:
          - name: DMA9
            control: 0xe000ed00
            channels: 1
            stride: 4
            bit: 0
            clock: {registers: [0xe000ed00], bit: 0}

        """.utf8)

    /// A loader whose functions do nothing.
    static func loader(
        at address: UInt32 = 0x2400_0004, flash: UInt32? = 0x9000_0000, name: String = "SHELL",
        sectors: (count: UInt32, size: UInt32) = (4096, 4096), zeros: UInt32 = 0
    ) -> [UInt8] {
        var file = SyntheticELF()
        // BX LR.
        let code = [UInt8](repeating: 0, count: 62) + [0x70, 0x47]
        let text = file.add(".text", at: address, code, flags: 0x6)
        for function in ["Init", "Write", "SectorErase", "MassErase", "Read", "Verify"] {
            file.addSymbol(function, (address + 62) | 1, in: text, size: 2)
        }
        file.addSegment(0..<1, physicalAddress: address)
        if zeros > 0 {
            let section = file.addZeros(".bss", at: address + 0x2000, size: zeros)
            file.addSegment(section..<section + 1, physicalAddress: address + 0x2000, extraMemory: zeros)
        }
        guard let flash else { return file.encode() }
        // Dev_Inf.h of ST's examples: name of 100 bytes, type, start, size, page, erased value, sector groups.
        var record = Array(name.utf8.prefix(99))
        record += [UInt8](repeating: 0, count: 100 - record.count)
        for word in [3, flash, 0x100_0000, 256, 0xFF, sectors.count, sectors.size] {
            withUnsafeBytes(of: word.littleEndian) { record += $0 }
        }
        record += [UInt8](repeating: 0, count: 72)
        let section = file.add(".Dev_info", at: address + 0x1000, record, flags: 0x2)
        file.addSymbol("StorageInfo", address + 0x1000, in: section, size: UInt32(record.count), type: 1)
        file.addSegment(section..<section + 1, physicalAddress: address + 0x1000)
        return file.encode()
    }

    /// What `simulate --record` wrote of GET_VERSION to an ST-LINK/V2, with the answer's bytes as given.
    static func record(version: String) -> [UInt8] {
        Array(
            """
            extflash transcript 1
            probe stlink-v2,firmware=V2J16S0
            > 02 @3920 f1 00*15 +152
            < 81 @4717 [6] +152 \(version)

            """.utf8)
    }

    /// Unknown names, a pin that cannot carry its signal, a wrong function, and two signals on one pin.
    static let boardWithMistakes = Array(
        """
        schema: 2
        name: mine
        title: A board with mistakes
        target: stm32h745
        quadspi:
          banks:
            - bank: 1
              flash: w25q129
              pins:
                - {signal: CLK, pin: PB2, function: 9}
                - {signal: NCS, pin: PB6, function: 9}
                - {signal: IO0, pin: PA0, function: 9}
                - {signal: IO1, pin: PD12, function: 9}
                - {signal: IO2, pin: PD12, function: 9}
                - {signal: IO3, pin: PD13, function: 9}
        loader: none.stldr

        """.utf8)

    static let hex = Array(":0200000490006A\n:0400000001020304F2\n:00000001FF\n".utf8)
    static let hexWithWrongChecksum = Array(
        ":0200000490006A\n:0400000001020304F3\n:00000001FF\n".utf8)
}
