// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Workbench

extension ProbeFacts {
    var table: Table {
        var table = Table()
        table.add("kind", kind)
        table.add("product", product)
        table.add("serial", serial)
        table.add("firmware", firmware)
        for limitation in limitations { table.add("limitation", limitation) }
        return table
    }
}

extension TargetFacts {
    var table: Table {
        var table = Table()
        table.add("definition", title)
        table.add("device", device?.text)
        table.add("supply", supplyMillivolts.map { Format.volts(Double($0) / 1000) })
        table.add("SWD clock", swdClockHertz.map { "\(Hertz($0))" })
        table.add("internal flash", internalFlashBytes.map(Format.bytes))
        table.add("unique id", uniqueID)
        table.add("connected", fallbackReason.map { "under reset, since attaching failed: \($0)" })
        table.add("main core", mainCoreWas.map { "was \($0)" })
        for finding in mainCoreFindings { table.add("main core", finding) }
        table.add("second core", secondCore.text)
        if let supplyConfiguration, supplyConfiguration.isLocked {
            table.add("supply setting", "\(supplyConfiguration.value), locked until power-off")
        }
        if quadSPIWasMapped { table.add("QUADSPI", "was in memory-mapped mode") }
        if systemClockWasChanged { table.add("system clock", "had been changed by the application") }
        if !activeBusMasters.isEmpty {
            table.add("DMA", "was active: \(activeBusMasters.joined(separator: ", "))")
        }
        for watchdog in watchdogs { table.add(watchdog.name, watchdog.text) }
        if !resetReasons.isEmpty { table.add("was reset", resetReasons.joined(separator: ", ")) }
        for note in notes { table.add("note", note) }
        return table
    }
}

extension TargetFacts.Device {
    fileprivate var text: String {
        var parts = [id, "revision \(revisionName.map { "\($0) (\(revision))" } ?? revision)"]
        if let cores { parts.append(Format.count(cores, "core")) }
        return parts.joined(separator: ", ")
    }
}

extension TargetFacts.SecondCore {
    /// Nil when the part has none.
    fileprivate var text: String? {
        switch state {
        case .absent: nil
        case .off: "is off: \(detail ?? "")"
        case .unreachable: "cannot be reached and may be running: \(detail ?? "")"
        case .parked: "was \(was ?? "running"), is parked"
        }
    }
}

extension TargetFacts.Watchdog {
    /// Nil when there is nothing to know.
    fileprivate var text: String? {
        switch state {
        case .unknown: "state cannot be read; it is reloaded as a precaution"
        case .running: "is running (\(evidence ?? ""))"
        case .stopped: nil
        }
    }
}

extension FlashFacts {
    var table: Table {
        var table = Table()
        table.add("board", board)
        table.add("loader", loader?.file ?? "none; clocks and pins set up by the board's file")
        if let loader {
            table.add(
                "described as", "\(loader.flash), \(Format.bytes(loader.bytes)) at \(loader.start)")
        }
        for bank in banks { bank.add(to: &table) }
        table.add("geometry", geometry?.text)
        for disagreement in disagreements {
            table.add("warning", disagreement.text)
            table.add("try", disagreement.remedy)
        }
        return table
    }
}

extension FlashFacts.Bank {
    fileprivate func add(to table: inout Table) {
        guard answers else {
            table.add("bank \(bank)", "no answer")
            return
        }
        let known = chips.flatMap { $0.isEmpty ? nil : $0.joined(separator: " or ") }
        table.add("bank \(bank)", known ?? "a chip that no file describes")
        table.add("JEDEC id", jedecID.map(spaced))
        table.add("unique id", uniqueID)
        table.add("status", status)
        table.add("SFDP", sfdp.map(\.text) ?? "none")
    }

    private func spaced(_ octets: String) -> String {
        stride(from: 0, to: octets.count, by: 2).map { octets.dropFirst($0).prefix(2) }
            .joined(separator: " ")
    }
}

extension FlashFacts.Geometry {
    fileprivate var text: String {
        let units = eraseBytes.map { Format.bytes(UInt64($0)) }.joined(separator: ", ")
        return "\(Format.bytes(bytes)), pages of \(Format.bytes(UInt64(pageBytes))), erases \(units)"
            + (isDual ? ", two chips as one" : "")
    }
}

extension FlashParameters {
    fileprivate var text: String {
        let sizes = erases.map { "\(Format.bytes($0.bytes)) (\($0.instruction))" }.joined(separator: ", ")
        let page = pageBytes.map { ", pages of \(Format.bytes(UInt64($0)))" } ?? ""
        return "revision \(revision), \(Format.bytes(bytes))\(page), erases \(sizes)"
    }
}
