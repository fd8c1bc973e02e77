// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What one die is busy with, and what of it is suspended.
struct FlashWork {
    private(set) var operation: FlashOperation?
    /// Its `end` is what is left of it.
    private(set) var suspended: FlashOperation?

    var nextChange: Picoseconds? { operation?.nextChange }

    mutating func start(_ new: FlashOperation) { operation = new }
    /// What has ended by `now`; a suspend that is due takes effect.
    mutating func finished(by now: Picoseconds) -> FlashOperation? {
        guard let current = operation, current.nextChange <= now else { return nil }
        operation = nil
        guard let moment = current.suspendsAt, moment < current.end else { return current }
        var rest = current
        (rest.suspendsAt, rest.end) = (nil, current.end - moment)
        suspended = rest
        return nil
    }
    /// What runs, as if its time had come.
    mutating func finishNow() -> FlashOperation? {
        defer { operation = nil }
        return operation
    }

    mutating func suspend(at moment: Picoseconds) {
        guard operation?.canBeSuspended == true, suspended == nil, operation?.suspendsAt == nil else {
            return
        }
        operation?.suspendsAt = moment
    }
    mutating func resume(at now: Picoseconds) {
        guard var rest = suspended, operation == nil else { return }
        rest.end = now &+ rest.end
        (operation, suspended) = (rest, nil)
    }
    /// Gives up everything; the victims.
    mutating func abort() -> [FlashOperation] {
        defer { (operation, suspended) = (nil, nil) }
        return [operation, suspended].compactMap { $0 }
    }
}
