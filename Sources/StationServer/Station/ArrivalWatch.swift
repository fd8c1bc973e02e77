// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Tells when a board has come into a slot, once for each time.
///
/// What is there at the first look has not arrived: it may be done already. A board counts as gone only when the slot was
/// certainly empty for the whole of the debounce time, so a probe that was unplugged meanwhile starts nothing.
struct ArrivalWatch: Hashable, Sendable {
    let debounce: Duration
    /// What is taken for true; nil before the first look.
    private(set) var hasBoard: Bool?
    /// Since when the slot looks otherwise.
    private var changedAt: Duration?

    init(debounce: Duration) { self.debounce = debounce }

    /// Notes one look, nil where it told nothing.
    ///
    /// - Returns: whether a board has arrived with it.
    mutating func note(_ sighted: Bool?, at now: Duration) -> Bool {
        guard let sighted, let before = hasBoard else {
            hasBoard = hasBoard ?? sighted
            changedAt = nil
            return false
        }
        guard sighted != before else {
            changedAt = nil
            return false
        }
        let since = changedAt ?? now
        changedAt = since
        guard now - since >= debounce else { return false }
        (hasBoard, changedAt) = (sighted, nil)
        return sighted
    }
}
