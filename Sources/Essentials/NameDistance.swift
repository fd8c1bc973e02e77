// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension [String] {
    /// The nearest to `name` first: by the fewest characters to add, drop or change less those that both begin with, then by the
    /// alphabet.
    package func sorted(byDistanceTo name: String) -> [String] {
        map { (name: $0, distance: $0.distance(to: name) - $0.matchingStart(of: name)) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.map(\.name)
    }
}

extension String {
    fileprivate func matchingStart(of other: String) -> Int { zip(self, other).prefix { $0 == $1 }.count }

    /// Characters to add, drop or change until both are the same (Levenshtein).
    fileprivate func distance(to other: String) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (index, character) in enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let change = diagonal + (character == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(change, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
