// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Host memory the core reaches without asking the bus.
struct MemoryWindow {
    var base: UInt32
    var count: UInt32
    var memory: UnsafeMutableRawPointer
    var isWritable: Bool
    var waitStates: UInt64

    /// Whether the `size` bytes at `address` lie inside.
    func contains(_ address: UInt32, _ size: UInt32) -> Bool {
        address >= base && UInt64(address &- base) + UInt64(size) <= UInt64(count)
    }
    var range: Range<UInt64> { UInt64(base)..<UInt64(base) + UInt64(count) }

    /// `part` lies inside.
    func view(of part: Range<UInt64>) -> WindowView {
        WindowView(
            base: UInt32(truncatingIfNeeded: part.lowerBound), count: UInt32(truncatingIfNeeded: part.count),
            waitStates: waitStates, memory: memory + Int(part.lowerBound - UInt64(base)))
    }
}

/// What the fast path needs of a window; `count` 0 matches nothing.
struct WindowView {
    var base: UInt32
    var count: UInt32
    var waitStates: UInt64
    var memory: UnsafeMutableRawPointer
}

/// The windows, and for each MiB of the address space the one that was used there last.
///
/// An access that finds no view asks EmulatedCore/window(at:size:) and installs what it found, so any number of
/// windows may share a MiB.
struct WindowTable {
    private static let granules = 4096
    private(set) var windows: [MemoryWindow] = []
    let readable: UnsafeMutablePointer<WindowView>
    let writable: UnsafeMutablePointer<WindowView>
    /// A table without any view: in force while each access must be looked at (MPU, alignment trap).
    let none: UnsafeMutablePointer<WindowView>
    /// What the views of no window point to: eight bytes.
    let nowhere: UnsafeMutableRawPointer

    init() {
        nowhere = .allocate(byteCount: 8, alignment: 8)
        readable = .allocate(capacity: Self.granules)
        writable = .allocate(capacity: Self.granules)
        none = .allocate(capacity: Self.granules)
        let empty = WindowView(base: 0, count: 0, waitStates: 0, memory: nowhere)
        for table in [readable, writable, none] { table.initialize(repeating: empty, count: Self.granules) }
    }

    func deallocate() {
        for table in [readable, writable, none] { table.deallocate() }
        nowhere.deallocate()
    }

    mutating func add(_ window: MemoryWindow) {
        windows.append(window)
        forget()
    }
    mutating func remove(at base: UInt32) {
        windows.removeAll { $0.base == base }
        forget()
    }
    /// Empties the views, so that the next accesses look at everything again.
    func forget() {
        let empty = WindowView(base: 0, count: 0, waitStates: 0, memory: nowhere)
        for table in [readable, writable] { table.update(repeating: empty, count: Self.granules) }
    }

    func window(at address: UInt32, _ size: UInt32) -> MemoryWindow? {
        for window in windows where window.contains(address, size) { return window }
        return nil
    }
    /// Lets the fast path find the parts of `window` that reads and writes near `address` need not be looked at.
    func install(
        _ window: MemoryWindow, reads: Range<UInt64>, writes: Range<UInt64>, at address: UInt32
    ) {
        readable[Int(address >> 20)] = window.view(of: reads)
        if window.isWritable { writable[Int(address >> 20)] = window.view(of: writes) }
    }
}
