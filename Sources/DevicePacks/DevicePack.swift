// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A CMSIS pack: a zip file with a description and, among others, flash algorithms.
package struct DevicePack: Sendable {
    /// A flash algorithm in the pack.
    package struct Algorithm: Hashable, Sendable {
        /// In the pack, with slashes.
        package let path: String
        /// Bytes of the file.
        package let bytes: Int
        /// The memory that the description gives it to; nil where it does not speak of it.
        package let memory: Range<UInt64>?
        /// The boards, devices and families that the description gives it to.
        package let owners: [String]
    }
    /// Those whose files are there, in the order of their paths.
    package let algorithms: [Algorithm]
    private let archive: ZipArchive
    private let mapped: Range<UInt64>

    /// The largest description of a vendor's has a few megabytes.
    private static let descriptionLimit = 32 << 20
    /// As for a loader outside a pack.
    private static let algorithmLimit = 64 << 20

    /// `mapped`: where the targets map the flash that algorithms are wanted for.
    package init(
        _ bytes: RandomAccessBytes, name: String, mapped: Range<UInt64>
    ) throws(PackError) {
        self.mapped = mapped
        archive = try ZipArchive(bytes, name: name)
        let described = try Self.description(archive)
        algorithms = archive.entries.filter { $0.name.lowercased().hasSuffix(".flm") }.map { entry in
            let uses = described.filter { $0.path.lowercased() == entry.name.lowercased() }
            let external = uses.first { mapped.contains(UInt64($0.start)) } ?? uses.first
            return Algorithm(
                path: entry.name, bytes: entry.size,
                memory: external.map { UInt64($0.start)..<UInt64($0.start) + UInt64($0.size) },
                owners: uses.flatMap(\.owners))
        }.sorted { $0.path < $1.path }
    }

    /// Of the description on the pack's top level; one without is read all the same.
    private static func description(
        _ archive: ZipArchive
    ) throws(PackError) -> [PackDescription.Algorithm] {
        let found = archive.entries.first { entry in
            entry.name.lowercased().hasSuffix(".pdsc") && !entry.name.contains("/")
        }
        guard let found else { return [] }
        let text = try archive.contents(of: found, limit: descriptionLimit)
        do throws(MarkupScanner.Malformed) { return try PackDescription(text).algorithms } catch {
            throw .descriptionMalformed(file: found.name, line: error.line)
        }
    }

    /// The algorithm that is meant: the one with the path, else the only one for a flash on the QUADSPI.
    ///
    /// `names` of board and part decide between several.
    package func choose(path: String?, for names: [String] = []) throws(PackError) -> Algorithm {
        if let path { return try find(path) }
        guard !algorithms.isEmpty else { throw .noAlgorithm(file: archive.name) }
        let external = algorithms.filter { $0.memory.map { mapped.contains($0.lowerBound) } ?? false }
        // Without a word about any of them, the only file is the one.
        if external.isEmpty, algorithms.count == 1, algorithms[0].memory == nil { return algorithms[0] }
        guard !external.isEmpty else {
            throw .noneForExternalFlash(file: archive.name, paths: algorithms.map(\.path))
        }
        let wanted = external.filter { $0.owners.contains { Self.isMeant($0, by: names) } }
        let choices = wanted.isEmpty ? external : wanted
        guard choices.count == 1 else {
            throw .severalAlgorithms(file: archive.name, choices: choices.map(\.path))
        }
        return choices[0]
    }

    /// Upper and lower case, dashes and placeholders at the end (`STM32H750XBHx`) do not matter.
    private static func isMeant(_ owner: String, by names: [String]) -> Bool {
        func plain(_ text: String) -> String {
            text.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        var wanted = plain(owner)
        while wanted.hasSuffix("X") { wanted.removeLast() }
        return wanted.count > 4 && names.map(plain).contains { $0.hasPrefix(wanted) || wanted.hasPrefix($0) }
    }

    private func find(_ path: String) throws(PackError) -> Algorithm {
        let wanted = path.replacing("\\", with: "/").lowercased()
        let found = algorithms.filter { $0.path.lowercased() == wanted }
        guard let first = found.first else {
            let last = wanted.split(separator: "/").last.map(String.init) ?? wanted
            let near = algorithms.map(\.path).filter { $0.lowercased().contains(last.dropLast(4)) }
            throw .noSuchFile(path, file: archive.name, nearest: Array(near.prefix(3)))
        }
        guard found.count == 1 else {
            throw .severalAlgorithms(file: archive.name, choices: found.map(\.path))
        }
        return first
    }

    package func contents(of algorithm: Algorithm) throws(PackError) -> [UInt8] {
        guard let entry = archive.entries.first(where: { $0.name == algorithm.path }) else {
            throw .noSuchFile(algorithm.path, file: archive.name, nearest: [])
        }
        return try archive.contents(of: entry, limit: Self.algorithmLimit)
    }
}
