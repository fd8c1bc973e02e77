// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How an input file says what goes where.
package enum ImageFormat: String, CaseIterable, Hashable, Sendable {
    case elf
    case intelHex = "hex"
    case sRecord = "srec"
    case uf2
    /// The bytes themselves; the address comes from elsewhere.
    case binary = "bin"

    /// Whether the file itself says where its bytes go.
    package var carriesAddresses: Bool { self != .binary }

    /// As a person would call it.
    package var title: String {
        switch self {
        case .elf: "ELF"
        case .intelHex: "Intel HEX"
        case .sRecord: "S-record"
        case .uf2: "UF2"
        case .binary: "raw binary"
        }
    }

    /// What the name's ending says, nil for an ending that says nothing.
    package init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: "."), !fileName[dot...].contains("/") else { return nil }
        switch fileName[fileName.index(after: dot)...].lowercased() {
        case "elf", "axf", "out", "stldr", "flm": self = .elf
        case "hex", "ihex", "ihx", "mcs": self = .intelHex
        case "srec", "mot", "s19", "s28", "s37", "mhx", "s": self = .sRecord
        case "uf2": self = .uf2
        case "bin", "img", "raw", "dat": self = .binary
        default: return nil
        }
    }

    /// What the contents look like; nil when they could be anything.
    ///
    /// Text formats are recognised by a whole first record prefix, not by one letter.
    package init?(contents bytes: [UInt8]) {
        if bytes.starts(with: ELFFile.magic) {
            self = .elf
        } else if bytes.starts(with: UF2Block.magicBytes) {
            self = .uf2
        } else {
            let start = RecordLines.firstVisible(in: bytes)
            let head = bytes[start...].prefix(9)
            let digits = head.dropFirst()
            guard digits.count == 8, digits.allSatisfy({ HexDigit.value($0) != nil }) else { return nil }
            guard let mark = head.first else { return nil }
            if mark == UInt8(ascii: ":") {
                self = .intelHex
            } else if SRecordReader.isMark(mark), digits.first.map({ (0x30...0x39).contains($0) }) == true {
                self = .sRecord
            } else {
                return nil
            }
        }
    }
}
