// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController

extension LoaderFinding {
    /// One sentence.
    package var text: String {
        switch self {
        case .place(let place, let samples, let total):
            total == 1 ? "it stands in \(place)" : "it was in \(place) in \(samples) of \(total) samples"
        case .calledFrom(let place): "called from about \(place)"
        case .fault(let cause): cause.text
        case .jumpedFrom(let place): "it was entered from about \(place)"
        case .registers(let values): values
        case .breakpoint(let number, let operation):
            "it stopped at BKPT \(number.hex)" + (operation.map { ", semihosting operation \($0.hex)" } ?? "")
        case .sleeps(let instruction): "it waits for an interrupt (\(instruction)), and none is due"
        case .waitsFor(let address): "it waits for \(RegisterName.text(of: address))"
        case .faultedIn(let place): "it came from \(place)"
        case .stackUsed(let used, let size): "\(used) of \(size) bytes of its stack were in use"
        case .codeOverwritten(let address, let place): "its code was overwritten at \(address.hex) (\(place))"
        case .recursion(let functions, let place, let rounds, _, _): Self.recursion(functions, place, rounds)
        case .largeFrame(let function, let size, let stack):
            "\(function) takes \(size) bytes of stack for itself, of \(stack) that there are"
        case .stackExhausted(let calls, let stack, _):
            "\(calls) calls that are open take more than the stack's \(stack) bytes"
        case .heapOverflow(let start, let room):
            "its heap, which grows from \(start.hex) (symbol end), took all of the \(room) bytes that are free"
        case .strayStore(let belowStack):
            "a wrong pointer or an array written beyond its end: \(belowStack ? "its stack is not full" : "its stack lies below")"
        case .gateOverwritten(let address):
            "the code that calls return to, behind its stack, was overwritten at \(address.hex)"
        case .stackPointerOutside(let pointer, let stack, _):
            "its stack pointer is \(pointer.hex), its stack is \(stack.lowerBound.hex) to \((stack.upperBound - 1).hex)"
        case .memoryNotCleared(let count):
            "\(count) bytes that it needs zeroed are not: the vendor's layout clears 512 bytes and no more"
        case .boardNotReached: "it stopped before it enabled the QUADSPI"
        case .flash(let finding): finding.text
        case .unreadable(let what, let code): "\(what) could not be read [\(code)]"
        }
    }

    /// Whether it may be the reason, or only describes.
    package var isTelling: Bool {
        switch self {
        case .calledFrom: false
        case .flash(let finding): finding.isTelling
        case .stackUsed(let used, let size): used >= size / 8 * 7
        default: true
        }
    }

    /// What to do about it; nil when it only describes.
    package var remedy: String? {
        switch self {
        case .stackPointerOutside(_, let stack, let layout): Self.moreStack(stack.count, layout)
        case .stackExhausted(_, let stack, let layout): Self.moreStack(stack, layout)
        case .recursion(let functions, _, _, let stack, let layout):
            Self.endRecursion(functions, stack, layout)
        case .largeFrame: "make its large local arrays static, so that they are not on the stack"
        case .heapOverflow:
            "let the loader allocate less: look for a malloc in a loop, or leave printf out"
        case .strayStore: "look for a pointer that is not set, or an index without a check, near that place"
        case .gateOverwritten: "look for an array on the stack that is written beyond its end"
        case .memoryNotCleared: "the loader needs its .bss cleared: use the spacious layout"
        case .codeOverwritten: "the loader's stack or a wild pointer ran over its code: look at its stack use"
        case .flash(let finding): finding.remedy
        case .fault(let cause): cause.remedy
        case .breakpoint(_, .some):
            "leave printf, files and exit out, and link with --specs=nosys.specs instead of rdimon.specs"
        case .breakpoint:
            "remove the breakpoint (BKPT, an assertion of a library) from the loader: return failure instead"
        case .sleeps:
            "poll instead of WFI or WFE: override HAL_Delay and HAL_GetTick with ones that count clocks (DWT or SysTick)"
        case .waitsFor(let address): RegisterName.remedy(forWaitOn: address)
        case .stackUsed(let used, let size) where used >= size:
            "make large local arrays static, end recursion, and leave printf out"
        case .boardNotReached:
            "let Init give up each wait after a number of rounds and return failure, and look at what it waits for first"
        default: nil
        }
    }

    private static func recursion(_ functions: [String], _ place: String, _ rounds: Int) -> String {
        guard functions.count > 1, let first = functions.first else {
            return "\(functions.first ?? "a function") calls itself at \(place), \(rounds) calls deep"
        }
        let circle = (functions + [first]).joined(separator: " calls ")
        return "\(circle) at \(place), \(rounds) rounds deep"
    }
    /// The advice that fits the layout in use.
    private static func moreStack(_ size: Int, _ layout: LoaderLayout.Style) -> String {
        switch layout {
        case .vendor: "the loader needs more stack than ST's tool gives it: use the spacious layout"
        case .spacious:
            "the loader needs more than \(size) bytes of stack, and no layout gives it more: reduce its stack use"
        }
    }
    /// The library functions that GCC puts in the place of loops, also of those inside these functions.
    private static let replacedLoops: Set<String> = ["memset", "memcpy", "memmove", "strlen"]
    private static func endRecursion(
        _ functions: [String], _ stack: Int, _ layout: LoaderLayout.Style
    ) -> String {
        if functions.count == 1, let name = functions.first, replacedLoops.contains(name) {
            return """
                GCC makes a call of \(name) out of the loop inside \(name): build that file with \
                -fno-tree-loop-distribute-patterns
                """
        }
        return "end the recursion; if it ends by itself, \(moreStack(stack, layout))"
    }
}
