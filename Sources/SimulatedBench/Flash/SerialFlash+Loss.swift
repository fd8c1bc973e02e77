// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What is left of an operation that was cut off, and how the files of a part follow it.
extension SerialFlash {
    /// Its cells are in no defined state: of a page some bits are programmed, of an erase nothing can be said.
    func damage(_ victim: FlashOperation) {
        switch victim.kind {
        case .program(let page, let bytes):
            for (offset, byte) in bytes.enumerated() {
                let noise = UInt8(truncatingIfNeeded: random.next())
                if let byte { array.program(byte | noise, at: page + offset) }
            }
        case .erase, .eraseAll: array.scramble(victim.range, &random)
        default: break
        }
    }

    // MARK: Files

    /// What the part is busy with is written down before it begins, and struck out when the cells hold its result:
    /// whatever moment the process ends at, the next one knows which cells it cannot rely on.
    func beginEntry(_ kind: FlashOperation.Kind, _ range: Range<Int>) -> Int? {
        guard let store else { return nil }
        switch kind {
        case .program(_, let bytes):
            return store.journal.begin(
                FlashWorkFile.Entry(isProgram: true, range: range, bytes: bytes.map { $0 ?? 0xFF }))
        case .erase, .eraseAll:
            return store.journal.begin(FlashWorkFile.Entry(isProgram: false, range: range, bytes: []))
        default: return nil
        }
    }
    func endEntry(_ operation: FlashOperation) {
        if let place = operation.journalPlace { store?.journal.end(place) }
    }

    /// The part gets its supply back that it lost with an earlier process.
    func recover() {
        guard let store else { return }
        if let kept = store.kept { restore(kept.registers, kept.security) }
        for (place, entry) in store.unfinished {
            let kind =
                entry.isProgram
                ? FlashOperation.Kind.program(page: entry.range.lowerBound, bytes: entry.bytes) : .erase
            damage(FlashOperation(kind: kind, range: entry.range, end: 0))
            store.journal.end(place)
        }
    }

    /// Registers or the areas beside the array have changed.
    func keepRegisters() {
        store?.keep(
            FlashRegistersFile(part: part.name, registers: lastingRegisters, security: security))
    }
}
