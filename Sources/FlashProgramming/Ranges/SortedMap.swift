// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Values in the order of their keys.
///
/// Finding takes a logarithmic number of comparisons; appending in key order, as jobs do, takes one.
struct SortedMap<Key: Comparable, Value> {
    private(set) var keys: [Key] = []
    private(set) var values: [Value] = []

    var isEmpty: Bool { keys.isEmpty }

    subscript(key: Key) -> Value? {
        let index = index(atOrAfter: key)
        return index < keys.count && keys[index] == key ? values[index] : nil
    }

    /// Replaces what the key had before.
    mutating func set(_ value: Value, for key: Key) {
        if let last = keys.last, last < key {
            keys.append(key)
            values.append(value)
            return
        }
        let index = index(atOrAfter: key)
        if index < keys.count, keys[index] == key {
            values[index] = value
        } else {
            keys.insert(key, at: index)
            values.insert(value, at: index)
        }
    }

    /// The position of the first key that is not below `key`; the count when there is none.
    func index(atOrAfter key: Key) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Removes the entries of `indices` that `isRemoved` names.
    mutating func remove(in indices: Range<Int>, where isRemoved: (Value) -> Bool) {
        let left = indices.filter { !isRemoved(values[$0]) }
        guard left.count < indices.count else { return }
        let (leftKeys, leftValues) = (left.map { keys[$0] }, left.map { values[$0] })
        keys.replaceSubrange(indices, with: leftKeys)
        values.replaceSubrange(indices, with: leftValues)
    }
}

extension SortedMap: Equatable where Value: Equatable {}
extension SortedMap: Hashable where Key: Hashable, Value: Hashable {}
extension SortedMap: Sendable where Key: Sendable, Value: Sendable {}
