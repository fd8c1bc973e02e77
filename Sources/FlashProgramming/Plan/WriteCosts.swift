// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What a call that programs costs by itself, and what each page in it; measured as the job goes.
struct WriteCosts: Hashable, Sendable {
    private(set) var perPage: Duration
    private(set) var perCall: Duration
    private let isQueued: Bool

    /// Before the first call: a middling probe's.
    private static let typicalCall = Duration.milliseconds(8)
    /// Of a command that waits in a queue: two writes over the link, which is all it ever costs.
    private static let queuedCall = Duration.microseconds(800)
    /// Calls of fewer pages say what a call costs, others what a page does.
    private static let fewPages = 12
    /// How much a new measurement counts against all before it.
    private static let weight = 0.25

    /// `linkRate` is in bytes per second.
    ///
    /// `isQueued` says that a command costs the target nothing beside its pages.
    init(_ times: FlashTimes, pageSize: Int, linkRate: Double, isQueued: Bool = false) {
        let programs = Double(max(1, pageSize / times.page))
        perPage = times.pageProgram * programs + .seconds(Double(pageSize) / linkRate)
        perCall = isQueued ? Self.queuedCall : Self.typicalCall
        self.isQueued = isQueued
    }

    mutating func learn(pages: Int, took time: Duration) {
        // What the link costs does not show in what the target took.
        guard pages > 0, !isQueued else { return }
        if pages < Self.fewPages {
            perCall += (max(.zero, time - perPage * pages) - perCall) * Self.weight
        } else {
            perPage += (max(.microseconds(1), (time - perCall) / pages) - perPage) * Self.weight
        }
    }

    /// Blank pages that are programmed in less time than a second call takes.
    var longestGap: Int { min(1024, Int(perCall.seconds / perPage.seconds)) }
}
