// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader

extension WorkbenchClient {
    /// What a loader file says; needs no probe.
    package func inspectLoader(_ path: String) async throws(WorkbenchError) -> LoaderReport {
        try await onBench { context throws(WorkbenchError) in
            let image = try LoaderCatalog(context.request).image(named: path)
            return LoaderReport(
                sections: [storage(of: image), functions(of: image), memory(of: image)],
                warnings: image.warnings.map(\.text))
        }
    }
}

private func storage(of image: LoaderImage) -> ReportSection {
    let storage = image.storage
    var section = ReportSection("Flash, as StorageInfo describes it")
    section.add("name", storage.deviceName)
    section.add("type", "\(storage.deviceTypeName) (\(storage.deviceType))")
    section.add("range", "\(storage.startAddress.hex), \(storage.size) bytes")
    section.add("page", "\(storage.pageSize) bytes")
    section.add("erased value", storage.erasedValue.hex)
    for group in storage.sectorGroups { section.add("sectors", "\(group.count) of \(group.size) bytes") }
    return section
}

private func functions(of image: LoaderImage) -> ReportSection {
    var section = ReportSection("Entry points")
    for function in LoaderFunction.allCases {
        section.add(function.rawValue, image.functions[function]?.hex ?? "missing")
    }
    return section
}

private func memory(of image: LoaderImage) -> ReportSection {
    var section = ReportSection("Memory")
    for piece in image.pieces { section.add("load", "\(piece.address.hex), \(piece.bytes.count) bytes") }
    for zeros in image.zeroFilled where !zeros.isEmpty {
        section.add("zeroed", "\(UInt32(truncatingIfNeeded: zeros.lowerBound).hex), \(zeros.count) bytes")
    }
    return section
}
