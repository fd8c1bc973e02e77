// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Whose interface a loader has.
package enum LoaderFormat: String, CaseIterable, Hashable, Sendable {
    /// ST's external loader, .stldr.
    case st
    /// A CMSIS flash algorithm, .FLM.
    case cmsis

    /// As a sentence names it.
    package var title: String {
        switch self {
        case .st: "an external loader of ST's kind"
        case .cmsis: "a CMSIS flash algorithm"
        }
    }
    /// What a function that did its work returns.
    package var success: UInt32 {
        switch self {
        case .st: 1
        case .cmsis: 0
        }
    }
}

/// How a loader's functions are called, and what they return.
package protocol LoaderABI: Sendable {
    var format: LoaderFormat { get }
    /// The functions of the interface, in the order of its documentation.
    var functions: [LoaderFunction] { get }
    /// Those without which nothing can be done.
    var required: [LoaderFunction] { get }
    /// Whether `open` prepares for one use alone.
    var opensForOneUse: Bool { get }
    /// The calls that a command is made of, in their order; nil where `program` lacks a function for it.
    ///
    /// Each must succeed before the next is made. None are needed for an empty list.
    func calls(
        for command: FlashCommand, of program: LoaderProgram, on flash: FlashStatement
    ) -> [LoaderCall]?
    /// Whether a call's result, as R0 holds it, is its success.
    func isSuccess(_ result: UInt32, of call: LoaderCall) -> Bool
    /// Bytes that a write has to begin at a multiple of, counted from the start of the flash.
    func writeUnit(of flash: FlashStatement) -> Int
}
