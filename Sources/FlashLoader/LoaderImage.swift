// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Entry points of the ST external loader interface (facts: loader-abi A3).
package enum LoaderFunction: String, CaseIterable, Hashable, Sendable {
    case initialize = "Init", write = "Write", sectorErase = "SectorErase", massErase = "MassErase"
    case read = "Read", verify = "Verify", checkSum = "CheckSum", deinitialize = "DeInit"
}

/// StorageInfo: what the loader says about its flash.
package struct StorageInfo: Hashable, Sendable {
    package var deviceName: String
    package var deviceType: UInt16
    package var startAddress: UInt32
    /// Bytes.
    package var size: UInt32
    package var pageSize: UInt32
    package var erasedValue: UInt8
    /// (count, size in bytes), in address order.
    package var sectorGroups: [SectorGroup]

    package struct SectorGroup: Hashable, Sendable {
        package var count: UInt32, size: UInt32
        package init(count: UInt32, size: UInt32) { (self.count, self.size) = (count, size) }
    }
    package init(deviceName: String, deviceType: UInt16, startAddress: UInt32, size: UInt32, pageSize: UInt32, erasedValue: UInt8, sectorGroups: [SectorGroup]) {
        (self.deviceName, self.deviceType, self.startAddress, self.size) = (deviceName, deviceType, startAddress, size)
        (self.pageSize, self.erasedValue, self.sectorGroups) = (pageSize, erasedValue, sectorGroups)
    }
}

/// A loader file as parsed: nothing is on the target yet.
package struct LoaderImage: Sendable {
    package struct Piece: Sendable, Hashable {
        package var address: UInt32
        package var bytes: [UInt8]
        package init(address: UInt32, bytes: [UInt8]) { (self.address, self.bytes) = (address, bytes) }
    }
    package var fileName: String
    /// What must be in RAM, .bss as zeros, StorageInfo left out; in address order.
    package var pieces: [Piece]
    package var functions: [LoaderFunction: UInt32]
    package var storage: StorageInfo
    package init(fileName: String, pieces: [Piece], functions: [LoaderFunction: UInt32], storage: StorageInfo) {
        (self.fileName, self.pieces, self.functions, self.storage) = (fileName, pieces, functions, storage)
    }
}
