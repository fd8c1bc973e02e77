// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import NIOCore
package import ProductionStore
import Synchronization

/// Hands what happens to everybody who listens.
///
/// Changes are kept and numbered, so that a listener who was away can ask for what it missed; progress is not. A
/// listener that does not keep up is dropped, and comes back with the number of the last event it saw: the memory it
/// takes is bounded.
package final class EventHub: Sendable {
    /// An event for listeners; progress has no number.
    package struct Event: Hashable, Sendable {
        package let id: Int64?
        /// Empty: nothing happened, but the station is there.
        package let kind: String
        /// JSON.
        package let body: String
        /// As it goes to every listener, made once.
        let frame: ByteBuffer

        init(id: Int64?, kind: String, body: String) {
            (self.id, self.kind, self.body) = (id, kind, body)
            let number = id.map { "id: \($0)\n" } ?? ""
            // Nothing happened: a comment, which listeners to events do not see.
            frame = ByteBuffer(
                string: kind.isEmpty ? ": alive\n\n" : "\(number)event: \(kind)\ndata: \(body)\n\n")
        }
    }

    private struct State {
        var listeners: [Int: AsyncStream<Event>.Continuation] = [:]
        var next = 0
        var isClosed = false
    }
    private let state = Mutex(State())
    /// Held while a change is kept and told, so that numbers reach every listener in their order.
    ///
    /// Not the lock of the listeners: a commit takes its time on the disk, and the thread of a slot that tells its progress
    /// must not wait for another slot's.
    private let order = Mutex(())
    private let log: EventLog
    /// Events that wait for one listener.
    private let depth: Int

    package init(log: EventLog, depth: Int = 256) { (self.log, self.depth) = (log, depth) }

    /// Keeps a change and tells it.
    package func publish(_ kind: String, _ body: some Encodable) throws(StoreError) {
        let text = Self.json(body)
        let problem: StoreError? = order.withLock { _ in
            do throws(StoreError) {
                let id = try log.append(kind: kind, body: text)
                state.withLock { Self.send(Event(id: id, kind: kind, body: text), to: &$0) }
                return nil
            } catch { return error }
        }
        if let problem { throw problem }
    }

    /// Tells something that is of no use later.
    package func tell(_ kind: String, _ body: some Encodable) {
        let event = Event(id: nil, kind: kind, body: Self.json(body))
        state.withLock { Self.send(event, to: &$0) }
    }

    /// Lets listeners tell a quiet station from a dead connection.
    package func tellAlive() {
        state.withLock { Self.send(Event(id: nil, kind: "", body: ""), to: &$0) }
    }

    /// What happens from now on; ends when the listener is too slow or the station closes.
    package func listen() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingOldest(depth))
        let key: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: key) }
        }
        return stream
    }

    package var listenerCount: Int { state.withLock { $0.listeners.count } }

    package func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return state.listeners
        }
        listeners.values.forEach { $0.finish() }
    }

    /// What was kept after `id`.
    package func missed(after id: Int64, limit: Int = 500) throws(StoreError) -> [Event] {
        try log.events(after: id, limit: limit).map { Event(id: $0.id, kind: $0.kind, body: $0.body) }
    }

    private static func send(_ event: Event, to state: inout State) {
        var slow: [Int] = []
        for (key, continuation) in state.listeners {
            if case .dropped = continuation.yield(event) { slow.append(key) }
        }
        // Outside of `onTermination`, which would want the lock: the entry is gone before the stream ends.
        let ended = slow.compactMap { state.listeners.removeValue(forKey: $0) }
        for continuation in ended {
            continuation.onTermination = nil
            continuation.finish()
        }
    }

    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Texts and numbers only.
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("an event is made of texts and finite numbers")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
