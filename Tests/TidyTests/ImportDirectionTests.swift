// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// Which of our own modules each module may import, lower layers first.
private let layers: KeyValuePairs<String, Set<String>> = [
    "Essentials": [],
    "ObjectFiles": ["Essentials"],
    "USBTransport": ["Essentials"],
    "DebugProbe": ["Essentials"],
    "STLinkProbe": ["Essentials", "USBTransport", "DebugProbe"],
    "CMSISDAPProbe": ["Essentials", "USBTransport", "DebugProbe"],
    "DebugAccess": ["Essentials", "DebugProbe"],
    "CortexM": ["Essentials", "DebugProbe", "DebugAccess"],
    "TargetDescription": ["Essentials", "DebugProbe", "DebugAccess", "CortexM"],
    "FlashLoader": ["Essentials", "ObjectFiles", "DebugAccess", "CortexM", "TargetDescription"],
    "FlashProgramming": [
        "Essentials", "ObjectFiles", "DebugAccess", "CortexM", "TargetDescription", "FlashLoader",
    ],
    // The oracle shares no layout, constant or decoder with what it judges.
    "EmulatedCortexM": ["Essentials"],
    "SimulatedBench": ["Essentials", "USBTransport", "EmulatedCortexM"],
    "Workbench": [
        "Essentials", "USBTransport", "DebugProbe", "STLinkProbe", "CMSISDAPProbe", "DebugAccess", "CortexM",
        "TargetDescription", "ObjectFiles", "FlashLoader", "FlashProgramming", "SimulatedBench",
    ],
    "extflash": ["Essentials", "Workbench"],
]

/// SwiftPM's own check lets an undeclared import through when it is transitive.
@Test(arguments: layers) func `imports point downwards`(module: String, allowed: Set<String>) throws {
    let ours = Set(layers.map(\.key))
    for (file, source) in try swiftSources(of: module) {
        let imports = source.matches(of: /(?m)^\s*(?:@\w+\s+)*(?:package |public |private )?import (\w+)/)
            .map { String($0.1) }
        let forbidden = Set(imports).intersection(ours).subtracting(allowed)
        #expect(forbidden.isEmpty, "\(file) imports \(forbidden.sorted())")
    }
}

private func swiftSources(of module: String) throws -> [(file: String, text: String)] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/\(module)")
    let files = FileManager.default.enumerator(at: root.standardized, includingPropertiesForKeys: nil)
    return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
        .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
}
