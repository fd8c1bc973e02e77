// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A set of exception numbers 0...255.
struct ExceptionSet {
    private var words: InlineArray<4, UInt64> = [0, 0, 0, 0]

    init() {}
    init(_ numbers: [Int]) {
        for number in numbers { self[number] = true }
    }

    subscript(number: Int) -> Bool {
        get { words[number >> 6 & 3] >> UInt64(number & 63) & 1 != 0 }
        set {
            let bit = UInt64(1) << UInt64(number & 63)
            if newValue { words[number >> 6 & 3] |= bit } else { words[number >> 6 & 3] &= ~bit }
        }
    }

    var isEmpty: Bool { words[0] | words[1] | words[2] | words[3] == 0 }
    var count: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }

    func intersection(_ other: ExceptionSet) -> ExceptionSet {
        var result = ExceptionSet()
        for index in 0..<4 { result.words[index] = words[index] & other.words[index] }
        return result
    }

    /// Calls `body` with each member, lowest first.
    func forEach(_ body: (Int) -> Void) {
        for index in 0..<4 {
            var word = words[index]
            while word != 0 {
                body(index << 6 | word.trailingZeroBitCount)
                word &= word &- 1
            }
        }
    }

    /// The 32 interrupts of NVIC register `index`, as the register shows them.
    func interrupts(_ index: Int) -> UInt32 {
        (0..<32).reduce(UInt32(0)) { word, bit in
            let number = 16 + (index << 5) + bit
            return number < 256 && self[number] ? word | 1 << UInt32(bit) : word
        }
    }
}
