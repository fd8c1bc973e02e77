// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Keys as Linux numbers them (`linux/input-event-codes.h`), and what they type on a keyboard of the US.
package enum InputKey {
    /// Without and with Shift.
    package struct Characters: Hashable, Sendable {
        package let plain: Character
        package let shifted: Character
        package init(plain: Character, shifted: Character) { (self.plain, self.shifted) = (plain, shifted) }
    }

    package static let enter: Set<UInt16> = [28, 96]
    package static let shift: Set<UInt16> = [42, 54]
    package static let capsLock: UInt16 = 58
    /// Keys have numbers below this one (KEY_MAX).
    package static let limit: UInt16 = 0x300

    /// By key code.
    package static let unitedStates: [UInt16: Characters] = {
        var table: [UInt16: Characters] = [:]
        for (first, plain, shifted) in rows {
            for (offset, pair) in zip(plain, shifted).enumerated() {
                table[first + UInt16(offset)] = Characters(plain: pair.0, shifted: pair.1)
            }
        }
        return table
    }()

    /// Keys that follow each other, from the first one's number on; the last three rows are the number pad's.
    private static let rows: [(UInt16, String, String)] = [
        (2, "1234567890-=", "!@#$%^&*()_+"), (16, "qwertyuiop[]", "QWERTYUIOP{}"),
        (30, "asdfghjkl;'`", "ASDFGHJKL:\"~"), (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"), (57, " ", " "),
        (86, "<", ">"), (55, "*", "*"), (71, "789-456+1230.", "789-456+1230."), (98, "/", "/"),
    ]

    /// The number of a key by the name that a station file uses; nil: there is none of that name.
    ///
    /// Characters stand for themselves; others have the name of the kernel's constant in small letters: `f13`, `space`,
    /// `kpenter`. `code-259` is a key by its number.
    package static func code(named name: String) -> UInt16? {
        if let code = named[name] { return code }
        if name.hasPrefix("code-") {
            guard let code = UInt16(name.dropFirst(5)), (1..<limit).contains(code) else { return nil }
            return code
        }
        guard name.count == 1, let character = name.first else { return nil }
        // The number pad's keys type the same characters: those of the main block are meant.
        return unitedStates.filter {
            $0.value.plain == character && $0.key != 55 && !(71...83).contains($0.key) && $0.key != 98
        }
        .keys.min()
    }

    private static let named: [String: UInt16] = {
        var table: [String: UInt16] = [
            "esc": 1, "backspace": 14, "tab": 15, "enter": 28, "leftctrl": 29, "leftshift": 42,
            "rightshift": 54,
            "leftalt": 56, "space": 57, "capslock": 58, "kpasterisk": 55, "kpminus": 74, "kpplus": 78,
            "kpdot": 83,
            "102nd": 86, "f11": 87, "f12": 88, "kpenter": 96, "rightctrl": 97, "kpslash": 98, "rightalt": 100,
            "home": 102, "up": 103, "pageup": 104, "left": 105, "right": 106, "end": 107, "down": 108,
            "pagedown": 109, "insert": 110, "delete": 111, "pause": 119, "playpause": 164,
            // Foot switches that pretend to be a mouse.
            "btn-left": 0x110, "btn-right": 0x111, "btn-middle": 0x112,
        ]
        for number in 1...10 { table["f\(number)"] = UInt16(58 + number) }
        for number in 13...24 { table["f\(number)"] = UInt16(170 + number) }
        for (offset, digit) in "789".enumerated() { table["kp\(digit)"] = UInt16(71 + offset) }
        for (offset, digit) in "456".enumerated() { table["kp\(digit)"] = UInt16(75 + offset) }
        for (offset, digit) in "1230".enumerated() { table["kp\(digit)"] = UInt16(79 + offset) }
        return table
    }()
}
