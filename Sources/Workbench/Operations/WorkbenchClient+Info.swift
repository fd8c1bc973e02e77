// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import FlashLoader
import HardwareDescription
import TargetControl

extension WorkbenchClient {
    /// What probe, target and flash say of themselves.
    ///
    /// Nothing is erased or written. What one part does not say is the report's failure; the parts before it are in it.
    package func info() async throws(WorkbenchError) -> InfoReport {
        try await onBench { context throws(WorkbenchError) in
            try context.withStack { stack throws(WorkbenchError) in
                var sections = [describe(try stack.openProbe().description)]
                do throws(WorkbenchError) {
                    let isHot = context.request.connect == .hot
                    sections.append(describe(try stack.takeHold(preparing: !isHot)))
                    if !isHot { sections.append(try describeFlash(of: FlashBench(on: stack))) }
                } catch {
                    return InfoReport(sections: sections, failure: error)
                }
                return InfoReport(sections: sections, failure: nil)
            }
        }
    }
}

private func describe(_ probe: ProbeDescription) -> ReportSection {
    var section = ReportSection("Probe")
    section.add("kind", probe.kind)
    section.add("product", probe.product)
    section.add("serial", probe.serial)
    section.add("firmware", probe.firmware)
    for limitation in probe.limitations { section.add("without", limitation) }
    return section
}

private func describe(_ target: HeldTarget) -> ReportSection {
    let report = target.report
    var section = ReportSection("Target")
    section.add("definition", report.title)
    section.add("supply", report.volts.map { "\(Int(($0 * 1000).rounded())) mV" })
    section.add("internal flash", report.flashKiB.map { "\($0) KiB" })
    section.add(
        "unique id", report.uniqueID.map { hexadecimal($0, separator: "") })
    for line in report.lines { section.add("found", line) }
    return section
}

/// Asked by the debugger itself, once the loader's Init has set up pins and clocks.
private func describeFlash(of bench: FlashBench) throws(WorkbenchError) -> ReportSection {
    let storage = bench.loader.image.storage
    var section = ReportSection("Flash")
    section.add("described as", "\(storage.deviceName), \(storage.size) bytes at \(storage.startAddress.hex)")
    section.add("loader", bench.loader.image.fileName)
    section.add("chip", bench.chip?.title)
    let identity = try doing("asking the flash who it is") { () throws(LoaderError) in
        try bench.loader.identity()
    }
    section.add("JEDEC id", hexadecimal(identity.jedec) + (identity.isSilent ? " (no answer)" : ""))
    guard !identity.isSilent else { return section }
    if let chip = bench.chip, !chip.isIdentified(by: identity.jedec) {
        section.add("mismatch", "the board file says \(chip.title)")
    }
    section.add("unique id", hexadecimal(identity.unique, separator: ""))
    section.add("status", identity.status.text)
    if let parameters = identity.parameters {
        section.add("SFDP", "revision \(parameters.major).\(parameters.minor), \(parameters.size) bytes")
        let page = parameters.page.map { ", page \($0)" } ?? ""
        let erases = parameters.erases.map { "\($0.size >> 10) KiB (\($0.instruction.hex))" }
        section.add("SFDP erases", erases.joined(separator: ", ") + page)
    } else {
        section.add("SFDP", "none")
    }
    return section
}

private func hexadecimal(_ bytes: [UInt8], separator: String = " ") -> String {
    bytes.map { String($0.hex.dropFirst(2)) }.joined(separator: separator)
}
