// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import HardwareDescription
import ObjectFiles

/// Explains from the target's RAM why a call did not come back as it should.
struct CallDiagnosis {
    let program: LoaderProgram
    let layout: LoaderLayout
    let memory: MemoryAccessPort
    let target: TargetDefinition
    let controller: QuadSPIController

    /// Where the core was and why, in the loader's own terms; the most telling first.
    func findings(of mortem: CallPostMortem) -> [LoaderFinding] {
        var findings = overrun(mortem)
        let isExplained = !findings.isEmpty
        if !isExplained, let sample = mortem.samples.last, isOutside(sample.sp) {
            findings.append(.stackPointerOutside(sample.sp, stack: layout.stack, layout.style))
            if sample.sp < layout.stack.lowerBound { findings += blame(sample) }
        }
        if mortem.watched != nil {
            findings += places(in: mortem.samples)
        } else {
            findings +=
                mortem.fault.isFault
                ? self.findings(ofFault: mortem, isBlamed: findings.contains(where: \.blamesFunction))
                : places(in: mortem.samples)
            if !mortem.fault.isFault { findings += waits(mortem) }
        }
        if let overwritten = firstOverwrittenCode() { findings.append(overwritten) }
        if let address = mortem.gateDamage { findings.append(.gateOverwritten(at: address)) }
        if !isExplained, let used = mortem.stackUsed {
            findings.append(.stackUsed(used, of: mortem.stackSize))
        }
        return findings
    }

    private func isOutside(_ pointer: UInt32) -> Bool {
        pointer < layout.stack.lowerBound || pointer > layout.stack.upperBound
    }

    // MARK: Who wrote where nobody may

    /// By whom guard or gate can have been overwritten; empty when they were not.
    private func overrun(_ mortem: CallPostMortem) -> [LoaderFinding] {
        guard mortem.watched != nil || mortem.guardDamage != nil, let sample = mortem.samples.last else {
            return []
        }
        // The pointer of a frame that is being made may be back in the stack: what it pushed is at the guard's top.
        let reachedTop = mortem.guardDamage.map { $0.upperBound == layout.stack.lowerBound } ?? false
        if sample.sp < layout.stack.lowerBound || reachedTop && mortem.watched != .gate {
            return stackOverflow(sample)
        }
        // What grows up from below reaches the guard's first byte first.
        let cameFromBelow =
            mortem.guardDamage != nil && mortem.guardDamage?.lowerBound == layout.site.guardArea?.lowerBound
        if cameFromBelow, let heap = program.heapStart {
            return [.heapOverflow(start: heap, room: layout.heapRoom.count)]
        }
        return [.strayStore(belowStack: mortem.watched != .gate)]
    }

    private func stackOverflow(_ sample: CallPostMortem.Sample) -> [LoaderFinding] {
        let trace: CallTrace
        do { trace = try openCalls(from: sample.sp) } catch {
            return [.unreadable("the loader's stack", code: error.code)]
        }
        if let recursion = trace.recursion {
            return [
                .recursion(
                    recursion.round.reversed().map { name(at: $0.caller) },
                    place: program.describe(recursion.round[0].caller), rounds: recursion.count,
                    stack: layout.stack.count, layout.style)
            ]
        }
        let frame = trace.largestFrame(innermost: sample.pc)
        guard frame.size < layout.stack.count / 2 else {
            return [.largeFrame(name(at: frame.place), size: frame.size, stack: layout.stack.count)]
        }
        return [.stackExhausted(calls: trace.calls.count, stack: layout.stack.count, layout.style)]
    }

    /// The function whose fault a stack pointer below its stack is, where that can be known.
    private func blame(_ sample: CallPostMortem.Sample) -> [LoaderFinding] {
        let blamed = stackOverflow(sample).filter(\.blamesFunction)
        guard blamed.isEmpty else { return blamed }
        // The stack cannot be read: what is in the code is all there is to go by.
        for case .largeFrame(let function, let bytes) in program.warnings where bytes > layout.stack.count {
            return [.largeFrame(function, size: bytes, stack: layout.stack.count)]
        }
        return []
    }

    /// More than this is not read: it is a frame that spans the rest of the RAM.
    private static let stackLimit = 64 << 10

    /// Reads the stack from a pointer to its top; from one far below it, its own part alone.
    private func openCalls(from pointer: UInt32) throws(DebugAccessError) -> CallTrace {
        let top = layout.stack.upperBound
        let isNear = pointer < top && top - pointer <= UInt32(Self.stackLimit)
        let start = (isNear ? pointer : layout.stack.lowerBound) & ~3
        let words = try memory.readWords(Int(top - start) / 4, at: start)
        return CallTrace(words, at: start, stackPointer: pointer, in: program)
    }

    private func name(at address: UInt32) -> String {
        program.function(at: address)?.name ?? program.describe(address)
    }

    // MARK: Where it was

    /// Most samples first; equal ones in the order seen.
    private func places(in samples: [CallPostMortem.Sample]) -> [LoaderFinding] {
        var places: [(name: String, count: Int)] = []
        let describe = samples.count == 1 ? program.describe : place(of:)
        for name in samples.map({ describe($0.pc) }) {
            if let index = places.firstIndex(where: { $0.name == name }) {
                places[index].count += 1
            } else {
                places.append((name, 1))
            }
        }
        let ordered = places.enumerated().sorted {
            ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
        }
        return ordered.prefix(3).map { item in
            .place(item.element.name, samples: item.element.count, of: samples.count)
        } + (samples.last.map { caller($0.lr) } ?? [])
    }

    /// Function and line, so that samples in one line count together; with less known, as exactly as it is known.
    private func place(of address: UInt32) -> String {
        guard let function = program.function(at: address),
            let line = program.line(at: address)
        else { return program.describe(address) }
        return "\(function.name) (\(line.fileName):\(line.line))"
    }

    /// Where a link register points to, if it is into the loader.
    func caller(_ link: UInt32) -> [LoaderFinding] {
        guard link & ~1 != layout.site.returnAddress,
            program.code.contains(where: { $0.contains(UInt64(link & ~1)) })
        else { return [] }
        return [.calledFrom(program.describe((link & ~1) &- 4))]
    }

    /// Compares the loader's code in RAM with the file.
    private func firstOverwrittenCode() -> LoaderFinding? {
        for range in program.code {
            guard let expected = program.bytes(in: range) else { continue }
            let address = UInt32(truncatingIfNeeded: range.lowerBound)
            do {
                let found = try memory.read(expected.count, at: address)
                guard
                    let index = expected.indices.first(where: {
                        expected[$0] != found[$0 - expected.startIndex]
                    })
                else { continue }
                let place = address + UInt32(index - expected.startIndex)
                return .codeOverwritten(at: place, place: program.describe(place))
            } catch {
                return .unreadable("the loader's code", code: error.code)
            }
        }
        return nil
    }
}

extension LoaderFinding {
    /// Blames a function, not the stack.
    fileprivate var blamesFunction: Bool {
        switch self {
        case .recursion, .largeFrame: true
        default: false
        }
    }
}
