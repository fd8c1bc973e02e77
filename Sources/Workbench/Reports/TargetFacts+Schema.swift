// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import TargetControl

extension TargetFacts {
    static let schema = Schema.object([
        .key("definition", .text(), "The name of the target definition that fits."),
        .key("title", .text(), "The parts it is for."),
        .optional("device", Device.schema, "The part's identity, from DBGMCU."),
        .optional("supplyMillivolts", .count, "The target's supply, where the probe measures it."),
        .optional("swdClockHertz", .count, "The SWD clock in use."),
        .optional("internalFlashBytes", .count, "Size of the internal flash."),
        .optional("uniqueID", .octets, "The part's 96-bit unique id."),
        .key("connection", .word(ConnectMode.allCases.map(\.rawValue)), "How the target was connected to."),
        .optional("fallbackReason", .text(), "Why a normal connection became one under reset."),
        .optional("mainCoreWas", .text(), "What the main core was doing."),
        .key("mainCoreFindings", .list(of: .text()), "What the application left behind in the main core."),
        .key("secondCore", SecondCore.schema, "The other core, and what became of it."),
        .optional("supplyConfiguration", SupplyConfiguration.schema, "The supply configuration register."),
        .key("quadSPIWasMapped", .flag, "QUADSPI was in memory-mapped mode."),
        .key("systemClockWasChanged", .flag, "The application had left the clock that reset selects."),
        .key("activeBusMasters", .list(of: .text()), "DMA channels that were moving data."),
        .key("watchdogs", .list(of: Watchdog.schema), "The watchdogs of both cores."),
        .key("resetReasons", .list(of: .text()), "Why the part was reset before use; empty when it was not."),
        .key("notes", .list(of: .text()), "What else a person should know."),
    ])
}

extension TargetFacts.Device {
    fileprivate static let schema = Schema.object([
        .key("id", .text(pattern: "^0x[0-9a-f]+$"), "DEV_ID."),
        .key("revision", .text(pattern: "^0x[0-9a-f]+$"), "REV_ID."),
        .optional("revisionName", .text(), "The revision's letter."),
        .optional("cores", .count, "How many cores the part has, where that is known."),
    ])
}

extension TargetFacts.SecondCore {
    fileprivate static let schema = Schema.object([
        .key("state", .word(State.allCases.map(\.rawValue)), "What became of it."),
        .optional("was", .text(), "What it was doing before it was parked."),
        .optional("detail", .text(), "What was seen, or why it cannot be reached."),
    ])
}

extension TargetFacts.Watchdog {
    fileprivate static let schema = Schema.object([
        .key("name", .text(), "IWDG1 and so on."),
        .key("state", .word(State.allCases.map(\.rawValue)), "Hardware does not say of every one."),
        .optional("evidence", .text(), "How it is known that it runs."),
        .optional("periodSeconds", .number, "From a reload to the reset."),
    ])
}

extension TargetFacts.SupplyConfiguration {
    fileprivate static let schema = Schema.object([
        .key("value", .hexadecimal(digits: 8), "The supply configuration bits."),
        .key("isLocked", .flag, "They were written since power-on, and are locked until power-off."),
    ])
}
