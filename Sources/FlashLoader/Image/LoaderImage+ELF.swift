// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

extension LoaderImage {
    /// No RAM of the parts this is for is larger; the largest public loader takes 176 KiB.
    private static let sizeLimit: UInt64 = 16 << 20
    /// Bytes of stack that ST's tool gives a loader.
    private static let vendorStack = 1024

    /// Reads an ST external loader (.stldr, an ELF file) as built by IAR, Keil or GNU tools.
    package init(reading bytes: [UInt8], fileName: String) throws(LoaderImageError) {
        let file: ELFFile
        do { file = try Self.checkedELF(bytes, fileName) } catch { throw .notReadable(error) }
        let symbols = file.symbols
        guard !symbols.isEmpty else { throw .noSymbols(file: fileName) }
        guard let info = file.symbol(named: "StorageInfo") else { throw .noStorageInfo(file: fileName) }
        let storage = try Self.storage(at: info, in: file, fileName)
        let memory = try LoaderMemory(
            file, infoSection: Int(info.sectionIndex), fileName: fileName, limit: Self.sizeLimit)
        var functions: [LoaderFunction: UInt32] = [:]
        var warnings: [LoaderWarning] = []
        for function in LoaderFunction.allCases {
            guard let symbol = file.symbol(named: function.rawValue) else {
                if LoaderFunction.required.contains(function) {
                    throw .functionMissing(file: fileName, function)
                }
                continue
            }
            let address = symbol.value & ~1
            guard memory.contains(address) else {
                throw .functionOutsideImage(file: fileName, function, address: symbol.value)
            }
            if symbol.value & 1 == 0 { warnings.append(.noThumbBit(function)) }
            functions[function] = address
        }
        self.init(fileName: fileName, pieces: memory.pieces, functions: functions, storage: storage)
        zeroFilled = memory.zeroFilled
        code = memory.code
        self.symbols = SymbolTable(file)
        heapStart = Self.heapStart(in: file)
        let startUp = ["Reset_Handler", "main", "g_pfnVectors", "__Vectors"].first { name in
            file.symbol(named: name) != nil
        }
        self.warnings = warnings + peculiarities(startUpSymbol: startUp)
    }

    /// newlib's `_sbrk` takes memory from the symbol `end` on, which the linker script puts behind .bss.
    private static func heapStart(in file: ELFFile) -> UInt32? {
        guard ["_sbrk", "_sbrk_r", "sbrk"].contains(where: { file.symbol(named: $0) != nil }) else {
            return nil
        }
        return ["end", "_end", "__end__"].lazy.compactMap { file.symbol(named: $0)?.value }.first
    }

    private static func checkedELF(_ bytes: [UInt8], _ name: String) throws(ImageError) -> ELFFile {
        let file = try ELFFile(bytes, name: name)
        guard file.machine == 40 else {
            throw .elf(.wrongMachine(found: file.machine, expected: 40), file: name)
        }
        guard file.type == ELFFile.FileType.executable else {
            throw .elf(.notExecutable(type: file.type), file: name)
        }
        return file
    }

    private static func storage(
        at symbol: ELFSymbol, in file: ELFFile, _ fileName: String
    ) throws(LoaderImageError) -> StorageInfo {
        let record = file.bytes(at: symbol, count: StorageInfo.encodedSize) ?? []
        let storage: StorageInfo
        do { storage = try StorageInfo(Array(record)) } catch {
            throw .storageInfoIncomplete(file: fileName, found: record.count)
        }
        guard record.contains(where: { $0 != 0 }) else { throw .storageInfoEmpty(file: fileName) }
        if let problem = storage.problem { throw .storageInfoUnusable(file: fileName, problem) }
        return storage
    }

    private func peculiarities(startUpSymbol: String?) -> [LoaderWarning] {
        var found: [LoaderWarning] = []
        if storage.describedSize != UInt64(storage.size) {
            found.append(.sectorsDoNotSum(described: storage.describedSize, size: storage.size))
        }
        if storage.pageSize < 0x100 || storage.pageSize & (storage.pageSize &- 1) != 0
            || storage.pageSize > 0x1000
        {
            found.append(.unusualPageSize(storage.pageSize))
        }
        let baseName = fileName.split(separator: "/").last.map(String.init) ?? fileName
        if ![storage.deviceName, "\(storage.deviceName).stldr"].contains(baseName) {
            found.append(.nameDiffersFromFile(deviceName: storage.deviceName))
        }
        let zeros = zeroFilled.reduce(0) { $0 + $1.count }
        if zeros > 0 { found.append(.needsZeroedMemory(bytes: zeros)) }
        let frames = StackFrames(self).frames.filter { $0.size >= Self.vendorStack }
        found += frames.prefix(3).map { .largeFrame(function: $0.function, bytes: $0.size) }
        if let first = pieces.first, first.address & 0xFF < 4 {
            found.append(.noFreeWordBelow(first.address))
        }
        for function in [LoaderFunction.massErase, .read] where functions[function] == nil {
            found.append(.missing(function))
        }
        if functions[.read] == nil, storage.deviceType != 3 { found.append(.noWayToRead) }
        if let startUpSymbol { found.append(.isApplication(symbol: startUpSymbol)) }
        return found
    }
}
