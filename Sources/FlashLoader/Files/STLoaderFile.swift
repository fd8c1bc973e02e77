// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles

/// Reads an ST external loader (.stldr, an ELF file) as built by IAR, Keil or GNU tools.
struct STLoaderFile {
    private let reader: LoaderReader

    /// Bytes of stack that ST's tool gives a loader.
    private static let vendorStack = 1024

    init(_ elf: ELFFile, _ record: ELFSymbol, _ fileName: String) {
        reader = LoaderReader(elf: elf, record: record, fileName: fileName)
    }

    func read() throws(LoaderFileError) -> LoaderFile {
        let flash = try reader.statement(.storageInfo, size: StorageInfo.encodedSize, StorageInfo.decode)
        let memory = try LoaderMemory(
            reader.elf, record: .storageInfo, in: Int(reader.record.sectionIndex),
            fileName: reader.fileName, limit: LoaderReader.sizeLimit)
        var program = try reader.program(memory, STLoaderABI())
        program.warnings += peculiarities(of: program, flash)
        return LoaderFile(program: program, abi: STLoaderABI(), flash: flash)
    }

    private func peculiarities(of program: LoaderProgram, _ flash: FlashStatement) -> [LoaderWarning] {
        var found: [LoaderWarning] = []
        if flash.describedSize != UInt64(flash.size) {
            found.append(.sectorsDoNotSum(described: flash.describedSize, size: flash.size))
        }
        if flash.pageSize < 0x100 || flash.pageSize & (flash.pageSize &- 1) != 0 || flash.pageSize > 0x1000 {
            found.append(.unusualPageSize(flash.pageSize))
        }
        let baseName = program.fileName.split(separator: "/").last.map(String.init) ?? program.fileName
        if ![flash.deviceName, "\(flash.deviceName).stldr"].contains(baseName) {
            found.append(.nameDiffersFromFile(deviceName: flash.deviceName))
        }
        let zeros = program.zeroFilled.reduce(0) { $0 + $1.count }
        if zeros > 0 { found.append(.needsZeroedMemory(bytes: zeros)) }
        let frames = StackFrames(program).frames.filter { $0.size >= Self.vendorStack }
        found += frames.prefix(3).map { .largeFrame(function: $0.function, bytes: $0.size) }
        if let first = program.pieces.first, first.address & 0xFF < 4 {
            found.append(.noFreeWordBelow(first.address))
        }
        for function in [LoaderFunction.massErase, .read] where program.entry(of: function) == nil {
            found.append(.missing(function))
        }
        if program.entry(of: .read) == nil, !flash.kind.isReadAsMemory { found.append(.noWayToRead) }
        let startUp = ["Reset_Handler", "main", "g_pfnVectors", "__Vectors"].first { name in
            reader.elf.symbol(named: name) != nil
        }
        if let startUp { found.append(.isApplication(symbol: startUp)) }
        return found
    }
}
