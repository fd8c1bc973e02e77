// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import StationClient

/// Files that go to a station, or come from one.
enum StationFiles {
    /// More than any station takes of an image.
    private static let limit = 1 << 30

    static func bytes(_ path: String) throws(StationClientError) -> [UInt8] {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { file.closeFile() }
            let data = try file.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw StationClientError.fileUnreadable(path: path, detail: "it is larger than 1 GiB")
            }
            return Array(data)
        } catch let error as StationClientError {
            throw error
        } catch { throw .fileUnreadable(path: path, detail: reason(error)) }
    }

    static func text(_ path: String) throws(StationClientError) -> String {
        guard let text = String(bytes: try bytes(path), encoding: .utf8) else {
            throw .fileUnreadable(path: path, detail: "it is no text in UTF-8")
        }
        return text
    }

    static func name(_ path: String) -> String { URL(filePath: path).lastPathComponent }

    /// Writes an answer to a file that replaces an older one once it is whole, or hands it to `standardOutput`.
    ///
    /// - Returns: its size.
    static func save(
        _ pieces: StationConnection.Pieces, to path: String, standardOutput: ([UInt8]) -> Void
    ) async throws(StationClientError) -> Int {
        var all = Data(), count = 0
        while let piece = try await pieces.next() {
            count += piece.count
            if path == "-" {
                standardOutput(piece)
                continue
            }
            guard count <= limit else {
                throw .fileUnwritable(path: path, detail: "it would be larger than 1 GiB; choose a batch")
            }
            all.append(contentsOf: piece)
        }
        guard path != "-" else { return count }
        do { try all.write(to: URL(filePath: path), options: .atomic) } catch {
            throw .fileUnwritable(path: path, detail: reason(error))
        }
        return count
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "no such file or folder"
        case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
        case .fileWriteOutOfSpace: return "no space left on the device"
        default: break
        }
        let error = error as NSError
        let inner = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        guard inner.domain == NSPOSIXErrorDomain else { return "the system refuses it" }
        return String(cString: strerror(Int32(clamping: inner.code)))
    }
}
