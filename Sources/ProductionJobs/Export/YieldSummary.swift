// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How many units of a kind became good.
struct Yield: Hashable {
    private(set) var counts: [Verdict: Int] = [:]

    mutating func add(_ verdict: Verdict) { counts[verdict, default: 0] += 1 }

    var good: Int { counts[.good] ?? 0 }
    /// Of those whose flash was touched.
    var tried: Int { good + (counts[.failed] ?? 0) + (counts[.interrupted] ?? 0) + (counts[.cancelled] ?? 0) }
    var share: Double? { tried > 0 ? Double(good) / Double(tried) : nil }
}

/// What a report says of many units, gathered one by one.
struct YieldSummary {
    private(set) var total = Yield()
    private(set) var slots: [String: Yield] = [:]
    /// By the hour the unit began: `2026-01-31T12`.
    private(set) var hours: [String: Yield] = [:]
    private(set) var errors: [String: (count: Int, summary: String)] = [:]
    /// Seconds of good units in the order they were done; thinned out evenly when there are very many.
    private(set) var times: [(slot: String, seconds: Double)] = []
    private(set) var inWork = 0
    /// Names with the beginning of their hashes: a version that changed in the middle of a batch shows.
    private(set) var recipes: Set<String> = []
    private(set) var workOrders: Set<String> = []
    private(set) var stations: Set<String> = []
    /// When the first unit began, and the last one ended.
    private(set) var first: String?
    private(set) var last: String?
    private var stride = 1
    private var goodCount = 0

    static let timeLimit = 2000

    mutating func add(_ unit: UnitRecord) {
        let opening = unit.opening
        recipes.insert("\(opening.recipe.name) (\(opening.recipe.hash.prefix(12)))")
        if let workOrder = opening.workOrder { workOrders.insert(workOrder) }
        stations.insert(opening.station)
        first = first.map { min($0, opening.startedAt) } ?? opening.startedAt
        if let ended = unit.closing?.endedAt { last = last.map { max($0, ended) } ?? ended }
        guard let closing = unit.closing else {
            inWork += 1
            return
        }
        total.add(closing.verdict)
        slots[unit.opening.slot, default: Yield()].add(closing.verdict)
        hours[String(unit.opening.startedAt.prefix(13)), default: Yield()].add(closing.verdict)
        if let error = closing.error {
            errors[error.code, default: (0, error.summary)].count += 1
        }
        if closing.verdict == .good, let seconds = unit.seconds { add(seconds, unit.opening.slot) }
    }

    private mutating func add(_ seconds: Double, _ slot: String) {
        defer { goodCount += 1 }
        guard goodCount.isMultiple(of: stride) else { return }
        times.append((slot, seconds))
        guard times.count > Self.timeLimit else { return }
        times = times.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        stride *= 2
    }
}
