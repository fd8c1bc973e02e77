// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The host's use of ``LZ4Block``.
enum PackedData {
    /// Bytes in front of others cost nothing, so packing must win at least an eighth.
    static func limit(_ count: Int) -> Int { count - count / 8 }

    /// The block; nil where it would not be smaller by an eighth.
    static func pack(_ bytes: [UInt8]) -> [UInt8]? {
        let limit = limit(bytes.count)
        var table = [UInt16](repeating: LZ4Block.empty, count: LZ4Block.tableCount)
        let packed = [UInt8](unsafeUninitializedCapacity: limit) { output, count in
            guard let target = output.baseAddress else { return }
            bytes.withUnsafeBufferPointer { input in
                guard let source = input.baseAddress else { return }
                table.withUnsafeMutableBufferPointer { table in
                    guard let table = table.baseAddress else { return }
                    count = LZ4Block.compress(source, input.count, to: target, limit: limit, table)
                }
            }
        }
        return packed.isEmpty ? nil : packed
    }

    /// `count` bytes; nil where the block does not give them.
    static func unpack(_ packed: ArraySlice<UInt8>, to count: Int) -> [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, written in
            packed.withUnsafeBufferPointer { input in
                guard let source = input.baseAddress, let target = output.baseAddress else { return }
                isWhole = LZ4Block.decompress(source, input.count, to: target, count)
            }
            written = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }
}
