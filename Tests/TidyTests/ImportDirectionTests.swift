// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

/// Which of our own modules each module may import, lower layers first.
private let layers: KeyValuePairs<String, Set<String>> = [
    "Essentials": [],
    "ObjectFiles": ["Essentials"],
    "DevicePacks": ["Essentials"],
    "USBTransport": ["Essentials"],
    "LibUSBTransport": ["Essentials", "USBTransport"],
    "DebugProbe": ["Essentials"],
    "STLinkProbe": ["Essentials", "USBTransport", "DebugProbe"],
    "CMSISDAPProbe": ["Essentials", "USBTransport", "DebugProbe"],
    "DebugAccess": ["Essentials", "DebugProbe"],
    "CortexM": ["Essentials", "DebugProbe", "DebugAccess"],
    "HardwareDescription": ["Essentials"],
    "FlashController": ["Essentials", "HardwareDescription", "DebugAccess"],
    "TargetControl": [
        "Essentials", "HardwareDescription", "DebugProbe", "DebugAccess", "CortexM", "FlashController",
    ],
    "FlashLoader": [
        "Essentials", "ObjectFiles", "DebugAccess", "CortexM", "HardwareDescription", "FlashController",
        "TargetControl",
    ],
    "FlashProgramming": [
        "Essentials", "ObjectFiles", "DebugAccess", "CortexM", "HardwareDescription", "FlashController",
        "TargetControl",
        "FlashLoader",
    ],
    "FlashAgent": [
        "Essentials", "ObjectFiles", "DebugAccess", "CortexM", "HardwareDescription", "FlashController",
        "TargetControl", "FlashLoader", "FlashProgramming",
    ],
    // Names and bytes, for whoever reads them.
    "ReferenceLoader": [],
    "ShippedConfiguration": [],
    "StationInterface": [],
    // The oracle shares no layout, constant or decoder with what it judges.
    "EmulatedCortexM": ["Essentials"],
    "SimulatedBench": ["Essentials", "USBTransport", "EmulatedCortexM"],
    "ProductionJobs": ["Essentials", "ObjectFiles", "HardwareDescription", "FlashProgramming"],
    "ProductionStore": ["Essentials", "HardwareDescription", "ProductionJobs"],
    // The database that stations share; what a station keeps is none of its business.
    "CentralDatabase": ["Essentials", "ProductionJobs"],
    "Workbench": [
        "Essentials", "USBTransport", "LibUSBTransport", "DebugProbe", "STLinkProbe", "CMSISDAPProbe",
        "DebugAccess",
        "CortexM", "HardwareDescription", "FlashController", "TargetControl", "ObjectFiles", "DevicePacks",
        "FlashLoader", "FlashProgramming", "FlashAgent", "ProductionJobs",
        "ReferenceLoader",
        "ShippedConfiguration", "SimulatedBench",
    ],
    "BenchServer": ["Essentials", "USBTransport", "SimulatedBench"],
    "StationServer": [
        "Essentials", "ObjectFiles", "HardwareDescription", "TargetControl", "FlashProgramming",
        "ProductionJobs", "ProductionStore", "StationInterface", "StationTLS", "CentralDatabase", "Workbench",
    ],
    "StationTLS": ["Essentials", "ProductionJobs"],
    "StationClient": ["Essentials", "ProductionJobs"],
    "extflashd": [
        "Essentials", "HardwareDescription", "ProductionJobs", "ProductionStore", "CentralDatabase",
        "Workbench", "StationServer", "StationTLS",
    ],
    // The executable speaks the words of the modules whose options and progress it shows; only Workbench names drivers.
    "extflash": [
        "Essentials", "ObjectFiles", "TargetControl", "FlashLoader", "FlashProgramming", "Workbench",
        "BenchServer", "ProductionJobs", "StationClient", "StationTLS",
    ],
]

/// SwiftPM's own check lets an undeclared import through when it is transitive.
@Test(arguments: layers) func `imports point downwards`(module: String, allowed: Set<String>) throws {
    let ours = Set(layers.map(\.key))
    for file in try SourceTree.files(in: "Sources/\(module)") {
        let imports = file.text.matches(of: /(?m)^\s*(?:@\w+\s+)*(?:package |public |private )?import (\w+)/)
            .map { String($0.1) }
        let forbidden = Set(imports).intersection(ours).subtracting(allowed)
        #expect(forbidden.isEmpty, "\(file.path) imports \(forbidden.sorted())")
    }
}

@Test func `every module of ours is in the table`() throws {
    let folders = try SourceTree.files(in: "Sources").compactMap { file -> String? in
        let parts = file.path.split(separator: "/")
        guard let sources = parts.firstIndex(of: "Sources"), sources + 2 < parts.count else { return nil }
        return String(parts[sources + 1])
    }
    #expect(!folders.isEmpty)
    #expect(Set(folders).subtracting(layers.map(\.key)) == [])
}
