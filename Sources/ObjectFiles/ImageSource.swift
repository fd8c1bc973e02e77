// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One input file, in memory, with what the user said about it.
package struct ImageSource: Hashable, Sendable {
    /// For messages; its ending counts when the contents do not say what they are.
    package var name: String
    package var bytes: [UInt8]
    /// Nil: found out from the contents, then from the name.
    package var format: ImageFormat?
    /// Where a raw binary goes.
    package var address: UInt32?

    package init(name: String, bytes: [UInt8], format: ImageFormat? = nil, address: UInt32? = nil) {
        (self.name, self.bytes, self.format, self.address) = (name, bytes, format, address)
    }

    /// The format said, else the one the contents show, else the one the name promises.
    ///
    /// A name that promises a raw binary is believed against contents that merely look like text records.
    package func resolvedFormat() throws(ImageError) -> ImageFormat {
        if let format { return format }
        let promised = ImageFormat(fileName: name)
        switch ImageFormat(contents: bytes) {
        case .some(let seen) where seen == .elf || seen == .uf2 || promised != .binary: return seen
        default: break
        }
        if let promised { return promised }
        guard address == nil else { return .binary }
        throw .unknownFormat(file: name)
    }
}

/// What the bytes are meant for; a file made for something else is refused.
package struct ImageExpectation: Hashable, Sendable {
    /// ELF e_machine; 40 is ARM.
    package var machine: UInt16 = 40
    /// UF2 families that are right; empty accepts any one family.
    package var families: [UInt32] = []
    /// Address ranges that may hold image bytes; empty accepts all.
    package var allowed: [Range<UInt64>] = []

    package init() {}
}
