// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Names places in a program: the function an address is in, and the source line.
///
/// Made for explaining failures, so it never fails itself: what the file does not say, or says wrongly, is nil.
package struct SymbolTable: Hashable, Sendable {
    package struct Function: Hashable, Sendable {
        package var name: String
        /// Without the Thumb bit.
        package var address: UInt32
        /// 0 when the file does not say.
        package var size: UInt32
    }

    /// In address order.
    package let functions: [Function]
    private let lines: LineTable

    package init(_ file: ELFFile) {
        var functions: [Function] = []
        for symbol in file.symbols where symbol.type == ELFSymbol.Kind.function && symbol.isDefined {
            functions.append(
                Function(
                    name: SwiftName.readable(file.name(of: symbol)), address: symbol.value & ~1,
                    size: symbol.size))
        }
        functions.sort { ($0.address, $0.size, $0.name) < ($1.address, $1.size, $1.name) }
        self.functions = functions
        lines = LineTable(file)
    }

    /// The function that holds an address: by its size, or the last one before when sizes are missing.
    package func function(at address: UInt32) -> Function? {
        let address = address & ~1
        var (low, high) = (0, functions.count)
        while low < high {
            let middle = (low + high) / 2
            if functions[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let candidate = functions[low - 1]
        let isInside = candidate.size == 0 || address - candidate.address < candidate.size
        return isInside ? candidate : nil
    }

    /// The source line of an address.
    package func line(at address: UInt32) -> SourceLine? { lines.line(at: address & ~1) }

    /// `HAL_Delay+0x12 (stm32h7xx_hal.c:411)`, as much as is known; the address itself when nothing is.
    package func describe(_ address: UInt32) -> String {
        let place = address & ~1
        var text = "0x" + String(place, radix: 16)
        if let function = function(at: place) {
            let offset = place - function.address
            text = offset == 0 ? function.name : "\(function.name)+0x\(String(offset, radix: 16))"
        }
        if let line = line(at: place) { text += " (\(line.fileName):\(line.line))" }
        return text
    }
}

/// A line of a source file.
package struct SourceLine: Hashable, Sendable {
    /// As the compiler wrote it, with its directory.
    package var path: String
    package var line: UInt32

    package init(path: String, line: UInt32) { (self.path, self.line) = (path, line) }

    package var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }
}
