// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import GRDB
import ProductionJobs
import ProductionStore
import Testing

@Suite struct `The queue` {
    @Test func `keeps the order of each slot over a restart`() throws {
        let store = try StoreFixture()
        var queue = JobQueue(database: store.database, limit: 10)
        for number in 0..<4 { _ = try queue.add(slot: number < 3 ? "A" : "B", request: "\(number)", at: "") }
        #expect(try queue.next(slot: "A")?.request == "0")
        try store.reopen()
        queue = JobQueue(database: store.database, limit: 10)
        #expect(try queue.interruptRunning(at: "2026") == 1)
        #expect(try queue.next(slot: "A")?.request == "1")
        #expect(try queue.next(slot: "B")?.request == "3")
        #expect(try queue.next(slot: "B") == nil)
        #expect(try queue.jobs(state: .interrupted).map(\.request) == ["0"])
    }

    @Test func `takes a request once however often it is sent`() throws {
        let store = try StoreFixture()
        let queue = JobQueue(database: store.database, limit: 10)
        let job = try queue.add(slot: "A", request: "{}", key: "k", at: "")
        #expect(try queue.add(slot: "A", request: "{}", key: "k", at: "later") == job)
        #expect(throws: StoreError.keyReused("k")) {
            _ = try queue.add(slot: "A", request: "{\"x\":1}", key: "k", at: "")
        }
    }

    @Test func `has an end`() throws {
        let store = try StoreFixture()
        let queue = JobQueue(database: store.database, limit: 2)
        let first = try queue.add(slot: "A", request: "", at: "")
        _ = try queue.add(slot: "A", request: "", at: "")
        #expect(throws: StoreError.queueFull(limit: 2)) { _ = try queue.add(slot: "B", request: "", at: "") }
        #expect(try queue.cancel(first.id, at: ""))
        #expect(try !queue.cancel(first.id, at: ""))
        #expect(throws: StoreError.unknownJob("99")) { _ = try queue.cancel(99, at: "") }
        _ = try queue.add(slot: "B", request: "", at: "")
    }

    @Test func `of events lets a listener go on where it stopped`() throws {
        let store = try StoreFixture()
        let log = EventLog(database: store.database, capacity: 300)
        for number in 1...1024 { #expect(try log.append(kind: "slot", body: "\(number)") == Int64(number)) }
        #expect(try log.events(after: 1022).map(\.body) == ["1023", "1024"])
        #expect(try log.events(after: 0, limit: 1).map(\.id) == [725])
        #expect(try log.last() == 1024)
    }
}

@Suite struct `Recipes that are kept` {
    private let text = """
        schema: 1
        name: r
        title: R
        images: [{sha256: \(String(repeating: "0", count: 64)), name: a.bin, address: 0x90000000}]
        """

    @Test func `are used once they are approved, and found for ever`() throws {
        let store = RecipeStore(database: try StoreFixture().database)
        let old = try RecipeText(text, file: "r.yaml"), new = try RecipeText(text + "\n#", file: "r.yaml")
        try store.add(old, at: "1")
        #expect(throws: StoreError.recipeNotApproved(name: "r", hash: old.hash)) {
            _ = try store.approved("r")
        }
        try store.approve(old.hash, by: "an engineer", at: "2")
        try store.add(new, at: "3")
        #expect(try store.approved("r").hash == old.hash)
        try store.approve(new.hash, by: "an engineer", at: "4")
        #expect(try store.approved("r").hash == new.hash)
        try store.retire(new.hash, at: "5")
        #expect(try store.approved("r").hash == old.hash)
        #expect(try store.recipe(new.hash).text == new.text)
        #expect(throws: StoreError.unknownRecipe("s")) { _ = try store.approved("s") }
    }
}

@Suite struct `Images that are kept` {
    private let contents = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    private func images(_ store: StoreFixture, size: UInt64 = 1 << 20, all: UInt64 = 1 << 21) -> ImageStore {
        ImageStore(database: store.database, folder: store.folder, sizeLimit: size, storeLimit: all)
    }

    @Test func `arrive in pieces, also after a broken connection`() throws {
        let store = try StoreFixture()
        let images = images(store), hash = ContentHash(of: contents)
        #expect(throws: StoreError.unknownImage(hash)) { _ = try images.contents(hash) }
        do {
            let upload = try images.upload(hash)
            try upload.append(Array(contents[..<3000]))
            #expect(throws: StoreError.self) { _ = try images.upload(hash) }
        }
        let upload = try images.upload(hash)
        #expect(upload.count == 3000)
        try upload.append(Array(contents[3000...]))
        try images.finish(upload, name: "a.bin", at: "")
        #expect(try images.contents(hash) == contents)
        #expect(try images.all().map(\.size) == [5000])
    }

    @Test func `are what was said, or refused`() throws {
        let store = try StoreFixture()
        let images = images(store), hash = ContentHash(of: [1])
        let upload = try images.upload(hash)
        try upload.append(contents)
        #expect(throws: StoreError.imageDiffers(expected: hash, found: ContentHash(of: contents))) {
            try images.finish(upload, name: "a.bin", at: "")
        }
        #expect(try !images.contains(hash))
    }

    @Test func `damaged on the disk are noticed at the next use`() throws {
        let store = try StoreFixture()
        let images = images(store), hash = ContentHash(of: contents)
        let upload = try images.upload(hash)
        try upload.append(contents)
        try images.finish(upload, name: "a.bin", at: "")
        try Data(contents.reversed()).write(to: URL(fileURLWithPath: "\(store.folder)/\(hash)"))
        #expect(throws: StoreError.imageDamaged(hash)) { _ = try images.contents(hash) }
    }

    @Test func `have limits`() throws {
        let store = try StoreFixture()
        let hash = ContentHash(of: contents)
        #expect(throws: StoreError.imageTooLarge(limit: 100)) {
            try images(store, size: 100).upload(hash).append(contents)
        }
        #expect(throws: StoreError.imagesFull(limit: 200)) {
            try images(store, all: 200).upload(hash).append(contents)
        }
    }
}

@Suite struct `Tokens` {
    @Test func `are known by their hash, until they are revoked`() throws {
        let store = try StoreFixture()
        let tokens = TokenStore(database: store.database)
        let token = try tokens.create("tester", role: .operate, at: "1")
        #expect(try tokens.holder(of: token) == TokenHolder(name: "tester", role: .operate))
        #expect(try tokens.holder(of: token + "x") == nil)
        #expect(throws: StoreError.tokenExists("tester")) {
            _ = try tokens.create("tester", role: .engineer, at: "2")
        }
        try store.database.checkpoint()
        let file = try Data(contentsOf: URL(fileURLWithPath: store.folder + "/station.db"))
        #expect(file.range(of: Data(token.utf8)) == nil)
        try tokens.revoke("tester", at: "3")
        #expect(try tokens.holder(of: token) == nil)
        #expect(throws: StoreError.unknownToken("tester")) { try tokens.revoke("tester", at: "4") }
        #expect(Role.reader < .operate && .operate < .engineer)
    }
}

@Suite struct `The database` {
    @Test func `that is no database is told by name`() throws {
        let store = try StoreFixture()
        let path = store.folder + "/other.db"
        try Data("this is no database at all, only text that is long enough".utf8).write(
            to: URL(fileURLWithPath: path))
        let error = try #require(throws: StoreError.self) { _ = try ProductionDatabase(path: path) }
        #expect(error.code == "STO-003")
    }

    @Test func `of a later version is not touched`() throws {
        let store = try StoreFixture()
        let queue = try DatabaseQueue(path: store.folder + "/station.db")
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 later')") }
        #expect(throws: StoreError.tooNew(path: store.folder + "/station.db")) { try store.reopen() }
    }

    @Test func `in a folder that is not there is told by name`() throws {
        let error = try #require(throws: StoreError.self) {
            _ = try ProductionDatabase(path: "/nonexistent/folder/station.db")
        }
        #expect(error.code == "STO-005")
    }
}
