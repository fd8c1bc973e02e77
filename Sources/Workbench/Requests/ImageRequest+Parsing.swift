// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
package import ObjectFiles

extension ImageRequest {
    /// Reads `FILE` or `FILE@ADDRESS`.
    ///
    /// What follows the last `@` is an address, unless it cannot be one, or only a file of the whole name is there.
    package static func parsing(
        _ argument: String, format: ImageFormat? = nil
    ) throws(WorkbenchError) -> ImageRequest {
        let whole = ImageRequest(path: argument, format: format)
        guard let at = argument.lastIndex(of: "@") else { return whole }
        let path = String(argument[..<at])
        let text = String(argument[argument.index(after: at)...])
        let isFile = HostFile.exists(path) || path == "-"
        if !isFile, HostFile.exists(argument) { return whole }
        do throws(RangeTextProblem) {
            return ImageRequest(path: path, address: try AddressRange.address(parsing: text), format: format)
        } catch {
            // `icons@2x.bin` is a name, `icons.bin@2x` a mistake.
            guard isFile else { return whole }
            throw .badNumber(text, of: argument, meaning: "an address", error)
        }
    }

    /// Reads the number given with `option`; `meaning` is "an address" or the like.
    package static func number(
        _ text: String, option: String, meaning: String
    ) throws(WorkbenchError) -> UInt32 {
        do throws(RangeTextProblem) { return try AddressRange.address(parsing: text) } catch {
            throw .badNumber(text, of: option, meaning: meaning, error)
        }
    }
}
