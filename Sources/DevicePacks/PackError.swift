// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a CMSIS pack cannot be used.
package enum PackError: Error, Hashable, Sendable {
    /// What is wrong with a zip file as a whole.
    package enum ZipProblem: Hashable, Sendable {
        case noDirectory
        case truncated(at: Int)
        case malformedDirectory(entry: Int)
        case directoryTooLarge(bytes: Int)
        case severalDisks
        /// Only the format for more than 4 GiB can describe it.
        case tooLarge
    }
    package enum EntryProblem: Hashable, Sendable {
        case encrypted
        case tooLarge(size: Int, limit: Int)
        case noHeader
        case method(UInt16)
        case damaged
    }
    case unreadable(file: String, reason: String)
    case zip(ZipProblem, file: String)
    case entry(EntryProblem, String, file: String)
    case descriptionMalformed(file: String, line: Int)
    /// No flash algorithm is in the pack.
    case noAlgorithm(file: String)
    /// None of those that are in it is for a flash on the QUADSPI.
    case noneForExternalFlash(file: String, paths: [String])
    case noSuchFile(String, file: String, nearest: [String])
    case severalAlgorithms(file: String, choices: [String])
}

extension PackError: Diagnosable {
    package var code: String {
        switch self {
        case .unreadable: "PCK-001"
        case .zip: "PCK-002"
        case .entry: "PCK-003"
        case .descriptionMalformed: "PCK-004"
        case .noAlgorithm: "PCK-005"
        case .noneForExternalFlash: "PCK-006"
        case .noSuchFile: "PCK-007"
        case .severalAlgorithms: "PCK-008"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .unreadable: .fileUnusable
        case .zip, .entry, .descriptionMalformed, .noAlgorithm, .noneForExternalFlash: .loaderInvalid
        case .noSuchFile, .severalAlgorithms: .usage
        }
    }

    package var summary: String {
        switch self {
        case .unreadable(let file, let reason): "cannot read \(file): \(reason)"
        case .zip(let problem, let file): "\(file) is no pack that can be read: \(problem.text)"
        case .entry(let problem, let entry, let file): "\(entry) in \(file) cannot be read: \(problem.text)"
        case .descriptionMalformed(let file, let line): "\(file) is not well-formed XML from line \(line) on"
        case .noAlgorithm(let file): "there is no flash algorithm (.FLM) in \(file)"
        case .noneForExternalFlash(let file, let paths):
            "none of the flash algorithms in \(file) is for a flash on the QUADSPI: "
                + paths.joined(separator: ", ")
        case .noSuchFile(let name, let file, _): "there is no \(name) in \(file)"
        case .severalAlgorithms(let file, let choices):
            "several flash algorithms of \(file) are for a flash on the QUADSPI: "
                + choices.joined(separator: ", ")
        }
    }

    package var remedies: [String] {
        switch self {
        case .unreadable: []
        case .zip, .entry, .descriptionMalformed: ["get the pack anew, and check that it is whole"]
        case .noAlgorithm: ["a board support pack or a device family pack has them"]
        case .noneForExternalFlash(let file, let paths):
            ["name one all the same: \(file):\(paths.first ?? "")", "look for the board's own support pack"]
        case .noSuchFile(_, let file, let nearest):
            ["see `extflash loader list \(file)`"]
                + (nearest.isEmpty ? [] : ["did you mean \(nearest.joined(separator: ", "))?"])
        case .severalAlgorithms(let file, let choices):
            ["name one: \(file):\(choices.first ?? "")", "name the board with --board"]
        }
    }
}

extension PackError.ZipProblem {
    fileprivate var text: String {
        switch self {
        case .noDirectory: "it has no zip directory at its end"
        case .truncated(let offset): "it ends before what its directory says is at \(offset)"
        case .malformedDirectory(let entry): "its directory is damaged at entry \(entry)"
        case .directoryTooLarge(let bytes): "its directory of \(bytes) bytes is larger than that of any pack"
        case .severalDisks: "it is a part of several"
        case .tooLarge: "it has more than 65534 files or 4 GiB"
        }
    }
}

extension PackError.EntryProblem {
    fileprivate var text: String {
        switch self {
        case .encrypted: "it is encrypted"
        case .tooLarge(let size, let limit): "it has \(size) bytes; at most \(limit) are read"
        case .noHeader: "it is not where the directory says"
        case .method(let number): "it is compressed by method \(number); stored and deflate are known"
        case .damaged: "its contents are not what its size and checksum say"
        }
    }
}
