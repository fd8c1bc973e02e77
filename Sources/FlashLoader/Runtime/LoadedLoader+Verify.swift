// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import TargetControl

extension LoadedLoader {
    /// Calls the loader's own Verify, to see what it is worth; no job does.
    ///
    /// `bytes` are whole words that fit into a buffer.
    ///
    /// - Returns: R0, whatever it means: the implementations differ.
    package func verify(_ bytes: [UInt8], at address: UInt32) throws(LoaderError) -> UInt32 {
        try checkRange(.verify, address, bytes.count)
        try enter(.mapped)
        prepared = nil
        let buffer = layout.buffers[0].lowerBound
        do { try target.core.memory.write(bytes, at: buffer) } catch {
            throw .access(error, during: .transfer)
        }
        let count = UInt32(bytes.count)
        let arguments = abi.format == .st ? [address, buffer, count / 4, 0] : [address, count, buffer]
        let work = CallWork(within: timing.read(bytes.count), amount: bytes.count)
        let result = try call(.verify, arguments, work)
        // Some leave another mode behind than Init: the next use begins with it.
        mode.use(.reading)
        return result.r0
    }
}
