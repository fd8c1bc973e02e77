// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

/// SwiftPM lets an undeclared import through where another target brings the module along, and says nothing of a
/// declared dependency that is not used.
@Suite struct `Target dependencies` {
    private static let manifest = Result { try PackageManifest() }
    /// Modules of the packages this one depends on.
    private static let products: Set = ["ArgumentParser", "Yams"]

    private func imports(of target: PackageManifest.Target) throws -> Set<String> {
        let pattern =
            /(?m)^\s*(?:@\w+\s+)*(?:package |public |internal |private )?import (?:struct |class |enum )?(\w+)/
        return Set(
            try SourceTree.files(in: target.folder).flatMap { file in
                file.text.matches(of: pattern).map { String($0.1) }
            })
    }

    @Test func `are read for every folder of sources`() throws {
        let targets = try Self.manifest.get().targets
        for folder in ["Sources", "Tests"] {
            let names = Set(
                try SourceTree.files(in: folder).map { file in
                    file.path.split(separator: "/").prefix(2).joined(separator: "/")
                })
            #expect(names.subtracting(targets.map(\.folder)) == [])
        }
        #expect(targets.count { !$0.dependencies.isEmpty } > 30)
    }

    @Test func `are declared where a module is imported, and imported where they are declared`() throws {
        let targets = try Self.manifest.get().targets
        let known = Self.products.union(targets.map(\.name))
        for target in targets {
            let used = try imports(of: target).intersection(known).subtracting([target.name])
            let undeclared = used.subtracting(target.dependencies)
            let unused = target.dependencies.intersection(known).subtracting(used)
            #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared.sorted())")
            #expect(unused.isEmpty, "\(target.name) never imports \(unused.sorted())")
        }
    }
}
