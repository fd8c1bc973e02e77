// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Everything a device tells about itself on endpoint 0, as the bytes that travel.
struct DescriptorSet {
    enum Speed { case full, high }

    var speed: Speed
    var device: [UInt8]
    /// Configuration descriptor with everything below it.
    var configuration: [UInt8]
    /// Index 0 is the language list.
    var strings: [[UInt8]]
    /// HID report descriptors by interface number.
    var reports: [(interface: UInt8, bytes: [UInt8])] = []
    /// Binary object store; devices that say USB 2.10 have one.
    var objectStore: [UInt8]?
    /// Answer to the vendor request named in the object store (MS OS 2.0).
    var microsoft: [UInt8]?

    /// The answer to GET_DESCRIPTOR; nil stalls.
    func descriptor(type: UInt8, index: UInt8, interface: UInt16) -> [UInt8]? {
        switch type {
        case 1: device
        case 2: index == 0 ? configuration : nil
        case 3: strings.indices.contains(Int(index)) ? strings[Int(index)] : nil
        // A full-speed device has no other speed to describe.
        case 6: speed == .high ? qualifier : nil
        case 0x0F: objectStore
        case 0x21: hidDescriptor(of: interface)
        case 0x22: reports.first { UInt16($0.interface) == interface }?.bytes
        default: nil
        }
    }

    private var qualifier: [UInt8] { [10, 6] + device[2..<8] + [1, 0] }

    private func hidDescriptor(of interface: UInt16) -> [UInt8]? {
        var current: UInt8?
        for part in DescriptorSequence(configuration) {
            if part.type == 4, part.bytes.count > 2 { current = part.bytes[2] }
            if part.type == 0x21, let current, UInt16(current) == interface { return part.bytes }
        }
        return nil
    }
}

/// Walks the descriptors inside a configuration; a length that makes no sense ends it.
struct DescriptorSequence: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var offset = 0
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> (type: UInt8, bytes: [UInt8])? {
        guard offset + 2 <= bytes.count else { return nil }
        let length = Int(bytes[offset])
        guard length >= 2, offset + length <= bytes.count else { return nil }
        defer { offset += length }
        return (bytes[offset + 1], Array(bytes[offset..<offset + length]))
    }
}
