// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The part on the board, as far as a debugger can tell parts apart.
struct ChipPart: Hashable, Sendable {
    /// DBGMCU_IDC.
    var identity: UInt32
    var hasSecondCore: Bool
    /// Flash size register, KiB.
    var flashSize: UInt32

    /// A family or an exact part: `stm32h743`, `STM32H750XBH6`; nil for what is not modelled.
    ///
    /// The number tells the family, the second letter behind it the size of the embedded flash (data sheets, ordering
    /// information): B 128 KiB, G 1 MiB, I 2 MiB.
    init?(named name: String) {
        let text = Array(name.uppercased())
        guard text.count >= 9, String(text.prefix(7)) == "STM32H7",
            let family = Self.families[String(text[7...8])]
        else { return nil }
        self = family
        guard text.count > 10 else { return }
        guard let size = Self.flashSizes[text[10]] else { return nil }
        flashSize = size
    }

    private init(_ identity: UInt32, hasSecondCore: Bool = false, flashSize: UInt32 = 2048) {
        (self.identity, self.hasSecondCore, self.flashSize) = (identity, hasSecondCore, flashSize)
    }

    /// For messages.
    static let examples = ["stm32h745", "stm32h747", "stm32h743", "stm32h750", "stm32h723"]

    /// The H742 to H757 are one device number (RM0399 and RM0433, DBGMCU_IDC).
    private static let families: [String: ChipPart] = [
        "42": ChipPart(0x2003_6450), "43": ChipPart(0x2003_6450), "53": ChipPart(0x2003_6450),
        "50": ChipPart(0x2003_6450, flashSize: 128),
        "45": ChipPart(0x2003_6450, hasSecondCore: true), "55": ChipPart(0x2003_6450, hasSecondCore: true),
        "47": ChipPart(0x2003_6450, hasSecondCore: true), "57": ChipPart(0x2003_6450, hasSecondCore: true),
        // Other parts, for tests with a wrong part.
        "23": ChipPart(0x1001_6483, flashSize: 1024),
    ]
    private static let flashSizes: [Character: UInt32] = ["B": 128, "G": 1024, "I": 2048]
}
