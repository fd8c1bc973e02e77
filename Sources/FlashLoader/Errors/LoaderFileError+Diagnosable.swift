// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import ObjectFiles

extension LoaderFileError: Diagnosable {
    package var code: String {
        switch self {
        case .notReadable: "LDR-001"
        case .noSymbols: "LDR-002"
        case .noStatement: "LDR-003"
        case .statementIncomplete: "LDR-004"
        case .statementEmpty: "LDR-005"
        case .functionMissing: "LDR-006"
        case .functionOutsideImage: "LDR-007"
        case .sectionsOverlap: "LDR-008"
        case .tooLarge: "LDR-009"
        case .nothingToLoad: "LDR-010"
        case .statementUnusable: "LDR-011"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .noStatement, .statementIncomplete, .statementEmpty: .loaderWithoutStorageInfo
        case .notReadable, .noSymbols, .statementUnusable, .functionMissing, .functionOutsideImage,
            .sectionsOverlap, .tooLarge,
            .nothingToLoad:
            .loaderInvalid
        }
    }

    package var summary: String {
        switch self {
        case .notReadable(let error): error.summary
        case .noSymbols(let file): "\(file) has no symbol table, so its functions cannot be found"
        case .noStatement(let file):
            "\(file) has neither a symbol StorageInfo nor a symbol FlashDevice: it is not a flash loader"
        case .statementIncomplete(let file, let record, let found):
            "\(file): only \(found) bytes of \(record.rawValue) are in the file"
        case .statementEmpty(let file, let record): "\(file): \(record.rawValue) is all zeros"
        case .statementUnusable(let file, let record, let problem):
            "\(file): \(record.rawValue) \(Self.text(problem))"
        case .functionMissing(let file, let function): "\(file) has no function \(function.rawValue)"
        case .functionOutsideImage(let file, let function, let address):
            "\(file): \(function.rawValue) is at \(address.hex), where the file puts no code"
        case .sectionsOverlap(let file, let first, let second):
            "\(file): \(first) and \(second) are linked to the same addresses"
        case .tooLarge(let file, let bytes, let limit):
            "\(file) would take \(bytes) bytes of RAM (limit \(limit))"
        case .nothingToLoad(let file): "\(file) has nothing to load"
        }
    }

    package var remedies: [String] {
        switch self {
        case .notReadable(let error): error.remedies
        case .noSymbols: ["build the loader without stripping it (no -s, no objcopy --strip-all)"]
        case .noStatement:
            [
                "keep it in the link: __attribute__((used)) and KEEP() in the linker script, and name it StorageInfo"
            ]
        case .statementIncomplete(_, let record, _), .statementEmpty(_, let record):
            [
                "give \(record.rawValue) its initial values and a section that the linker script keeps, not .bss"
            ]
        case .statementUnusable(_, let record, _):
            [
                """
                correct \(record.rawValue) in the loader's source: size and sectors as the chip has them, erased \
                value 0xff
                """
            ]
        case .functionMissing(_, let function):
            ["keep \(function.rawValue) in the link: an unreferenced function is dropped by --gc-sections"]
        case .functionOutsideImage: ["link code and data to RAM: a loader runs where it is linked"]
        case .sectionsOverlap, .tooLarge: ["check the loader's linker script"]
        case .nothingToLoad: ["this is a data file, not a linked loader"]
        }
    }

    private static func text(_ problem: FlashStatement.Problem) -> String {
        switch problem {
        case .noSize: "says that the flash has no bytes"
        case .beyondAddresses: "says that the flash has more bytes than there are addresses"
        case .noSectors: "has no sectors, so that nothing could be erased"
        case .erasedValue(let value):
            "says that erased cells read \(value.hex); in a serial NOR flash they read 0xff"
        }
    }
}
