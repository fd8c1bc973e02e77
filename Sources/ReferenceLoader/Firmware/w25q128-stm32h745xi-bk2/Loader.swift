// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The entry points of an ST external loader: 1 is success, 0 is failure.

@inline(__always)
private func result(_ succeeded: Bool) -> Int32 { succeeded ? 1 : 0 }

/// The offset into the flash of a mapped range; nil when any of it is elsewhere.
@inline(__always)
private func offset(of address: UInt32, _ size: UInt32) -> UInt32? {
    let offset = address &- W25Q128.base
    return offset < W25Q128.size && size <= W25Q128.size &- offset ? offset : nil
}

/// Clocks, pins, controller, chip; leaves the flash mapped at 0x90000000.
@c(Init) public func initialize() -> Int32 {
    Countdown.start()
    guard ClockControl.useInternalOscillator(), QuadSPI.configure() else { return 0 }
    Board.connectPins()
    return result(W25Q128.recover() && W25Q128.isPresent() && W25Q128.enableQuad() && W25Q128.map())
}

/// Programs any number of bytes at any address; what is there afterwards is what was given, or the result is 0.
@c(Write) public func write(_ address: UInt32, _ size: UInt32, _ buffer: UnsafePointer<UInt8>) -> Int32 {
    guard size > 0 else { return 1 }
    guard var target = offset(of: address, size), QuadSPI.release() else { return 0 }
    var left = size
    var bytes = unsafe buffer
    while left > 0 {
        let count = min(left, W25Q128.page &- target % W25Q128.page)
        guard unsafe W25Q128.program(target, bytes, count) else { return 0 }
        target &+= count
        left &-= count
        unsafe bytes += Int(count)
    }
    return result(W25Q128.map())
}

/// Erases every 4 KiB sector from the one that holds `first` to the one that holds `last`, in the largest units that fit.
@c(SectorErase) public func sectorErase(_ first: UInt32, _ last: UInt32) -> Int32 {
    guard var target = offset(of: first, 1), let end = offset(of: last, 1), target <= end, QuadSPI.release()
    else { return 0 }
    target &= ~(W25Q128.sector &- 1)
    let limit = (end | (W25Q128.sector &- 1)) &+ 1
    while target < limit {
        var unit = W25Q128.Unit.block
        if target % unit.size != 0 || limit &- target < unit.size { unit = .halfBlock }
        if target % unit.size != 0 || limit &- target < unit.size { unit = .sector }
        guard W25Q128.erase(unit, at: target) else { return 0 }
        target &+= unit.size
    }
    return result(W25Q128.map())
}

@c(MassErase) public func massErase(_ parallelism: UInt32) -> Int32 {
    result(QuadSPI.release() && W25Q128.eraseChip() && W25Q128.map())
}

/// Reads any range without the memory map, the flash's last bytes included.
@c(Read) public func read(_ address: UInt32, _ size: UInt32, _ buffer: UnsafeMutablePointer<UInt8>) -> Int32 {
    guard size > 0 else { return 1 }
    guard let source = offset(of: address, size), QuadSPI.release() else { return 0 }
    var next = UnsafeMutableRawPointer(buffer)
    let complete = W25Q128.read(source, size) { value, count in
        if count == 4 {
            unsafe next.storeBytes(of: value, as: UInt32.self)
        } else {
            unsafe next.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        }
        unsafe next += Int(count)
        return true
    }
    return result(complete && W25Q128.map())
}

/// The sum of the bytes, added to `initial`; `initial` itself when the range is not in the flash.
@c(CheckSum) public func checkSum(_ address: UInt32, _ size: UInt32, _ initial: UInt32) -> UInt32 {
    guard size > 0, let source = offset(of: address, size), QuadSPI.release() else { return initial }
    var sum = initial
    let complete = W25Q128.read(source, size) { value, _ in
        sum &+= (value & 0xFF) &+ (value >> 8 & 0xFF) &+ (value >> 16 & 0xFF) &+ value >> 24
        return true
    }
    // There is no value for failure: a sum that cannot be right is the best there is.
    return complete && W25Q128.map() ? sum : ~sum
}

/// Compares `words` × 4 bytes with RAM.
///
/// In `misalignment`, bits 3:0 where the sum starts, bits 19:16 by how many bytes it is shorter than the rest.
/// - Returns: in R0 zero or the address of the first difference, in R1 the sum of the flash's bytes.
@c(Verify) public func verify(
    _ address: UInt32, _ buffer: UnsafePointer<UInt8>, _ words: UInt32, _ misalignment: UInt32
) -> UInt64 {
    let size = words &* 4
    guard size > 0 else { return 0 }
    guard words <= W25Q128.size / 4, let source = offset(of: address, size), QuadSPI.release() else {
        return UInt64(address)
    }
    let expected = UnsafeRawPointer(buffer)
    var position: UInt32 = 0
    _ = W25Q128.read(source, size) { value, count in
        guard count == 4 else { return false }
        var different =
            value ^ (unsafe expected.loadUnaligned(fromByteOffset: Int(position), as: UInt32.self))
        if different == 0 {
            position &+= 4
            return true
        }
        while different & 0xFF == 0 {
            different >>= 8
            position &+= 1
        }
        return false
    }
    let sum = checkSum(address &+ (misalignment & 15), size &- (misalignment >> 16 & 15), 0)
    return UInt64(sum) << 32 | UInt64(position < size ? address &+ position : 0)
}

/// Leaves the controller idle.
@c(DeInit) public func deinitialize() -> Int32 { result(QuadSPI.release()) }
