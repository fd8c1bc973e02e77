// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import FlashLoader
import TestLoaders
import Testing

@testable import SimulatedBench

/// A loader that does something that the core or the part cannot, and what is said of it.
struct FaultyLoader: CustomTestStringConvertible {
    let loader: TestLoader
    var layout = LoaderLayout.Style.spacious
    /// Whether the fault is in Write.
    var writes = false
    /// Kind of fault with its values, in the summary.
    let cause: String
    /// Where it is, in the summary; empty where nobody can know.
    var place = ""
    /// One of the remedies begins so.
    let remedy: String
    var testDescription: String { loader.rawValue }
}

@Suite struct `A loader that faults` {
    private static let faults: [FaultyLoader] = [
        .init(
            loader: .brokenInstruction, cause: "undefined instruction 0xe8d00faf",
            place: "it came from Init", remedy: "build for the target's core"),
        .init(
            loader: .faultTrap, cause: "a trap of its own (UDF 7)", place: "it came from Init",
            remedy: "look at the check on that line"),
        .init(
            loader: .faultFpu, layout: .vendor, cause: "floating-point instruction while the FPU is off",
            place: "it came from Init", remedy: "enable the FPU first in Init"),
        .init(
            loader: .faultCoprocessor, cause: "an instruction for coprocessor 15",
            place: "it came from Init", remedy: "build for the target's core"),
        .init(
            loader: .faultArmState, cause: "jump to 0x24000040 without the Thumb bit",
            remedy: "take the function's address from its symbol"),
        .init(
            loader: .faultNullCall, cause: "call of a function pointer that is 0",
            place: "it was entered from about Init", remedy: "look for a pointer that is not set"),
        .init(
            loader: .faultErasedJump,
            cause: "it ran into 0x24060000, where it has no code but erased memory (all ones)",
            place: "it was entered from about Init", remedy: "look for a wrong function pointer"),
        .init(
            loader: .faultDivide, cause: "division by zero", place: "it came from Init",
            remedy: "check the divisor"),
        .init(
            loader: .faultUnaligned, cause: "unaligned access at 0x2400", place: "it came from Init",
            remedy: "copy with memcpy or by bytes"),
        .init(
            loader: .busFault, writes: true,
            cause: "bus error of a data access at 0x64000000: memory of the FMC, which is not set up",
            place: "it came from Write+0x6 (loader.c:16)", remedy: "set the FMC up in Init"),
        .init(
            loader: .brokenForeignRam,
            cause: "bus error of a data access at 0x30000000: SRAM1 has no clock",
            place: "it came from Init", remedy: "switch its clock on in Init (RCC_AHB2ENR"),
        .init(
            loader: .faultNotMapped,
            cause: "bus error of a data access at 0x90000010: the flash is not memory-mapped (QUADSPI_CCR",
            place: "it came from Init", remedy: "enter memory-mapped mode first"),
        .init(
            loader: .faultNoClock,
            cause: "0x90000010: the flash is not memory-mapped (the QUADSPI has no clock)",
            place: "it came from Init", remedy: "enter memory-mapped mode first"),
        .init(
            loader: .faultMappedStore, writes: true, cause: "a store into the mapped flash",
            place: "it came from Write", remedy: "program through commands in indirect mode"),
        .init(
            loader: .faultUnsetPointer, cause: "a load through a pointer that was never set",
            place: "it came from unset", remedy: "set the pointer before it is used"),
        .init(
            loader: .faultNotExecutable, cause: "jump to 0x41414140, from where nothing can be executed",
            remedy: "look for a wrong function pointer, or an array on the stack"),
        .init(
            loader: .faultStack, cause: "its stack pointer was at 0x67ffff",
            remedy: "leave SP as it is given"),
        .init(
            loader: .faultStacking, cause: "its stack pointer was at 0x6",
            remedy: "leave SP as it is given"),
        .init(
            loader: .faultLockup, cause: "a fault within the handling of a fault, or with FAULTMASK set",
            remedy: "build for the target's core"),
        .init(
            loader: .brokenSupervisor, cause: "a supervisor call (SVC 0) that nobody takes",
            place: "it came from Init", remedy: "call functions directly"),
    ]

    private func failure(of faulty: FaultyLoader) throws -> LoaderError {
        let loader = try LoaderBench().load(faulty.loader, layout: faulty.layout)
        return try #require(throws: LoaderError.self) {
            try loader.initialize()
            if faulty.writes { try loader.write([1, 2, 3], at: LoaderBench.flashStart) }
        }
    }

    @Test(arguments: faults)
    func `is told by the kind of its fault, the place, the values and what to do`(faulty: FaultyLoader) throws
    {
        let error = try failure(of: faulty)
        #expect(error.code == "LDR-031")
        #expect(error.summary.contains(faulty.cause), "\(error.summary)")
        #expect(error.summary.contains(faulty.place) || faulty.place.isEmpty, "\(error.summary)")
        #expect(error.remedies.contains { $0.hasPrefix(faulty.remedy) }, "\(error.remedies)")
        let registers = error.findings.compactMap { finding -> String? in
            if case .registers(let values) = finding { values } else { nil }
        }
        #expect(registers.count == 1 && registers[0].contains("r12 0x") && registers[0].contains("CFSR 0x"))
    }

    @Test func `uses the floating-point unit where it is switched on`() throws {
        let loader = try LoaderBench().load(.faultFpu)
        try loader.initialize()
    }

    @Test func `stops at a breakpoint of its own`() throws {
        let error = try failure(
            of: .init(loader: .faultBreakpoint, cause: "", remedy: ""))
        #expect(error.summary.contains("it stopped at BKPT 0x03"), "\(error.summary)")
        #expect(error.remedies.contains { $0.hasPrefix("remove the breakpoint") }, "\(error.remedies)")
    }
}

@Suite struct `A loader that waits for ever` {
    private func failure(of which: TestLoader, writes: Bool = false) throws -> LoaderError {
        let loader = try LoaderBench().load(which)
        return try #require(throws: LoaderError.self) {
            try loader.initialize()
            if writes { try loader.write([1], at: LoaderBench.flashStart) }
        }
    }

    @Test func `for a peripheral without a clock is told its register`() throws {
        let error = try failure(of: .faultPeripheral)
        #expect(error.summary.contains("it waits for 0x48021804"), "\(error.summary)")
        #expect(error.remedies.contains { $0.hasPrefix("switch the peripheral's clock on in RCC") })
        #expect(error.remedies.contains { $0.hasPrefix("let Init give up each wait") })
    }

    @Test(arguments: [(TestLoader.brokenWfi, false, "WFI"), (.faultWfe, true, "WFE")])
    func `for an interrupt is told so`(which: TestLoader, writes: Bool, instruction: String) throws {
        let error = try failure(of: which, writes: writes)
        #expect(error.summary.contains("it waits for an interrupt (\(instruction))"), "\(error.summary)")
        #expect(error.remedies.contains { $0.hasPrefix("poll instead of WFI or WFE") })
    }

    @Test func `for an oscillator that the board does not have is told which`() throws {
        let error = try failure(of: .brokenWait)
        #expect(error.summary.contains("it waits for RCC (0x58024400)"), "\(error.summary)")
        #expect(error.remedies.contains { $0.hasPrefix("it waits for an oscillator or a PLL") })
    }
}
