// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// What had to be guessed about a loader's board, or is odd about what the loader does.
enum InferenceNote: Hashable {
    case pinGuessed(TargetPin)
    case pinAmbiguous(TargetPin.Signal, taken: String, others: [String])
    /// `pin` has `found`, which is another peripheral's.
    case wrongFunction(TargetPin, found: UInt8)
    case portUnclocked(String)
    case otherBank(selected: Int, wired: Int)
    case sizeDiffers(stated: UInt32, configured: UInt64)
    /// By the PLL's settings; those that would do as well.
    case crystalGuessed(Hertz, others: [Hertz])
    case crystalUnknown(Hertz)
    case targetGuessed(String, others: [String])
    /// Init did not come to its end for any part; the last failure of the best one.
    case flashUnproven(String, step: String, text: String)
    /// No part of this size is known.
    case flashUnknown(UInt64)
    case flashFits([String], taken: String)

    /// For programs; never changes its meaning.
    var kind: String {
        switch self {
        case .pinGuessed: "pin-guessed"
        case .pinAmbiguous: "pin-ambiguous"
        case .wrongFunction: "wrong-function"
        case .portUnclocked: "port-without-clock"
        case .otherBank: "other-bank"
        case .sizeDiffers: "size-differs"
        case .crystalGuessed, .crystalUnknown: "crystal-guessed"
        case .targetGuessed: "target-guessed"
        case .flashUnproven: "flash-unproven"
        case .flashUnknown: "flash-unknown"
        case .flashFits: "flash-guessed"
        }
    }
    static let kinds = [
        "pin-guessed", "pin-ambiguous", "wrong-function", "port-without-clock", "other-bank", "size-differs",
        "crystal-guessed", "target-guessed", "flash-unproven", "flash-unknown", "flash-guessed",
    ]

    var text: String {
        switch self {
        case .pinGuessed(let pin):
            "the loader gives no pin to \(pin.signal.rawValue); \(pin.pin.text) is a guess"
        case .pinAmbiguous(let signal, let taken, let others):
            "\(signal.rawValue) is on \(taken) and on \(others.joined(separator: " and ")); \(taken) came first and is taken"
        case .wrongFunction(let pin, let found):
            "\(pin.pin.text) gets AF\(found), which is not the QUADSPI's; \(pin.signal.rawValue) is AF\(pin.function) there"
        case .portUnclocked(let port):
            "the clock of \(port) is off while its pins are set up: on the part they stay as they were"
        case .otherBank(let selected, let wired):
            "the loader selects bank \(selected), but its pins are those of bank \(wired)"
        case .sizeDiffers(let stated, let configured):
            "the loader's record says \(Format.bytes(stated)), FSIZE in QUADSPI_DCR \(configured) bytes"
        case .crystalGuessed(let hertz, let others):
            "HSE is started; \(hertz) follows from the settings of PLL1"
                + (others.isEmpty
                    ? "" : ", and so would \(others.map(\.description).joined(separator: ", "))")
        case .crystalUnknown(let hertz):
            "HSE is started, and nothing tells its frequency; \(hertz) is a guess"
        case .targetGuessed(let target, let others):
            "nothing tells \(target) from \(others.joined(separator: ", ")); --target chooses"
        case .flashUnproven(let flash, let step, let text):
            "the loader works with no known part of this size; with \(flash) it comes farthest, to \(step): \(text)"
        case .flashUnknown(let bytes):
            "no part of \(bytes) bytes is known: whatever is fitted is taken by what it says of itself"
        case .flashFits(let names, let taken):
            "the loader works with any of \(names.joined(separator: ", ")); \(taken) is taken"
        }
    }
}
