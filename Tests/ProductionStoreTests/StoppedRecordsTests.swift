// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import GRDB
import ProductionJobs
import ProductionStore
import Testing

@Suite struct `Records of a station that does not run` {
    private func copy(of store: StoreFixture) throws -> String {
        let folder = store.folder + "-copy"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.copyItem(atPath: store.folder, toPath: folder)
        return folder
    }

    private func contents(_ folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where !name.hasSuffix("-shm") && !name.hasSuffix("-wal") {
            files[name] = try Data(contentsOf: URL(filePath: folder + "/" + name))
        }
        return files
    }

    @Test(arguments: [true, false]) func `are read where they lie and nothing is changed`(isMoved: Bool)
        throws
    {
        let store = try StoreFixture()
        try store.fill(3)
        if isMoved { try store.database.checkpoint() }
        let folder = try copy(of: store)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let before = try contents(folder)
        let records = try StoppedRecords(folder: folder, publicKey: nil)
        #expect(try records.verify() == [])
        #expect(try contents(folder) == before)
    }

    @Test func `are held against the key that was noted`() throws {
        let (store, other) = (try StoreFixture(), try StoreFixture())
        try store.fill(2)
        try other.fill(1)
        let noted = try StoppedRecords(folder: copy(of: store), publicKey: nil).publicKey
        let folder = try copy(of: other)
        defer {
            for store in [store, other] {
                try? FileManager.default.removeItem(atPath: store.folder + "-copy")
            }
        }
        #expect(try StoppedRecords(folder: folder, publicKey: nil).verify() == [])
        #expect(
            try StoppedRecords(folder: folder, publicKey: noted).verify() == [.badSignature, .noKeptHead])
        #expect(throws: StoreError.keyUnusable(path: "x")) {
            try StoppedRecords(folder: folder, publicKey: "x")
        }
    }

    @Test func `that were edited are found`() throws {
        let store = try StoreFixture()
        try store.fill(5)
        try store.tamper("DELETE FROM record WHERE sequence > 8")
        let folder = try copy(of: store)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let findings = try StoppedRecords(folder: folder, publicKey: nil).verify()
        #expect(findings.contains(.otherHead(signed: 10, found: 8)))
    }

    @Test func `that are not there are not made`() throws {
        let store = try StoreFixture()
        let folder = store.folder + "/none"
        #expect(throws: StoreError.self) { try StoppedRecords(folder: folder, publicKey: nil) }
        #expect(!FileManager.default.fileExists(atPath: folder))
        // Nor a key.
        let copied = try copy(of: store)
        defer { try? FileManager.default.removeItem(atPath: copied) }
        try FileManager.default.removeItem(atPath: copied + "/station.key")
        #expect(throws: StoreError.file(path: copied + "/station.key", detail: "cannot be read")) {
            try StoppedRecords(folder: copied, publicKey: nil)
        }
        #expect(!FileManager.default.fileExists(atPath: copied + "/station.key"))
    }
}
