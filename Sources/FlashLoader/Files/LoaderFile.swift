// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

/// A loader file as read: a program, how it is called, and what it claims of its flash.
package struct LoaderFile: Sendable {
    package var program: LoaderProgram
    package var abi: any LoaderABI
    package var flash: FlashStatement

    package init(program: LoaderProgram, abi: any LoaderABI, flash: FlashStatement) {
        (self.program, self.abi, self.flash) = (program, abi, flash)
    }

    package var fileName: String { program.fileName }

    /// Reads a file of any kind that is known, by what is in it: .stldr of ST's kind or a CMSIS .FLM, both ELF files.
    package init(reading bytes: [UInt8], fileName: String) throws(LoaderFileError) {
        let elf: ELFFile
        do { elf = try Self.checkedELF(bytes, fileName) } catch { throw .notReadable(error) }
        guard !elf.symbols.isEmpty else { throw .noSymbols(file: fileName) }
        if let record = elf.symbol(named: FlashStatement.Record.storageInfo.rawValue) {
            self = try STLoaderFile(elf, record, fileName).read()
        } else if let record = elf.symbol(named: FlashStatement.Record.flashDevice.rawValue) {
            self = try CMSISAlgorithmFile(elf, record, fileName).read()
        } else {
            throw .noStatement(file: fileName)
        }
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
}

/// What the readers of loader files share.
struct LoaderReader {
    let elf: ELFFile
    /// The symbol of what the file says of its flash.
    let record: ELFSymbol
    let fileName: String

    /// No RAM of the parts this is for is larger; the largest public loader takes 176 KiB.
    static let sizeLimit: UInt64 = 16 << 20

    /// The flash's description, refused where nothing could be done with it.
    func statement(
        _ kind: FlashStatement.Record, size: Int,
        _ decode: ([UInt8]) throws(TruncatedBytes) -> FlashStatement
    ) throws(LoaderFileError) -> FlashStatement {
        let bytes = elf.bytes(at: record, count: size) ?? []
        let statement: FlashStatement
        do { statement = try decode(Array(bytes)) } catch {
            throw .statementIncomplete(file: fileName, kind, found: bytes.count)
        }
        guard bytes.contains(where: { $0 != 0 }) else { throw .statementEmpty(file: fileName, kind) }
        if let problem = statement.problem { throw .statementUnusable(file: fileName, kind, problem) }
        return statement
    }

    /// The program with the entry points that `abi` knows; what is required must be there.
    func program(_ memory: LoaderMemory, _ abi: some LoaderABI) throws(LoaderFileError) -> LoaderProgram {
        var program = LoaderProgram(fileName: fileName, pieces: memory.pieces)
        for function in abi.functions {
            guard let symbol = elf.symbol(named: function.rawValue) else {
                if abi.required.contains(function) { throw .functionMissing(file: fileName, function) }
                continue
            }
            let address = symbol.value & ~1
            guard memory.contains(address) else {
                throw .functionOutsideImage(file: fileName, function, address: symbol.value)
            }
            if symbol.value & 1 == 0 { program.warnings.append(.noThumbBit(function)) }
            program.entries[function.rawValue] = address
        }
        program.zeroFilled = memory.zeroFilled
        program.code = memory.code
        program.literals = literals
        program.symbols = SymbolTable(elf)
        program.heapStart = heapStart
        program.warnings += dataElsewhere + constructors
        return program
    }

    /// From a mapping symbol `$d` to the next of another kind (ELF for the Arm Architecture, "Mapping symbols").
    private var literals: [Range<UInt64>] {
        let marks = elf.symbols.compactMap { symbol -> (section: UInt16, place: UInt64, isData: Bool)? in
            guard symbol.type == 0, symbol.isDefined else { return nil }
            let name = elf.name(of: symbol)
            guard name.hasPrefix("$d") || name.hasPrefix("$t") || name.hasPrefix("$a") else { return nil }
            return (symbol.sectionIndex, UInt64(symbol.value & ~1), name.hasPrefix("$d"))
        }.sorted { ($0.section, $0.place, $0.isData ? 1 : 0) < ($1.section, $1.place, $1.isData ? 1 : 0) }
        return marks.indices.compactMap { index in
            let mark = marks[index]
            guard mark.isData, elf.sections.indices.contains(Int(mark.section)) else { return nil }
            let next = marks[(index + 1)...].first { $0.section == mark.section && !$0.isData }
            let end = next?.place ?? elf.sections[Int(mark.section)].end
            return mark.place < end ? mark.place..<end : nil
        }
    }

    /// Written data in segments whose bytes are loaded elsewhere than they are used.
    private var dataElsewhere: [LoaderWarning] {
        elf.sections.compactMap { section in
            guard section.isAllocated, section.isWritable, !section.isZeroFilled, section.size > 0,
                let segment = elf.segments.first(where: {
                    $0.isLoaded && $0.virtualAddress <= section.address
                        && section.end <= UInt64($0.virtualAddress) + UInt64($0.memorySize)
                }), segment.virtualAddress != segment.physicalAddress
            else { return nil }
            return .dataElsewhere(
                loaded: section.address &- segment.virtualAddress &+ segment.physicalAddress,
                used: section.address, bytes: section.size)
        }
    }

    /// Functions that GCC's own start files have in every program, and that a loader does without.
    private static let harmless: Set<String> = ["frame_dummy", "register_tm_clones"]

    /// What .init_array lists.
    private var constructors: [LoaderWarning] {
        guard let section = elf.section(named: ".init_array"), section.size >= 4 else { return [] }
        let names = SymbolTable(elf)
        let bytes = Array(elf.contents(of: section))
        let count = stride(from: 0, to: bytes.count - 3, by: 4).filter { start in
            let word = bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return word != 0 && !Self.harmless.contains(names.function(at: word)?.name ?? "")
        }.count
        return count > 0 ? [.constructors(count, at: section.address)] : []
    }

    /// newlib's `_sbrk` takes memory from the symbol `end` on, which the linker script puts behind .bss.
    private var heapStart: UInt32? {
        guard ["_sbrk", "_sbrk_r", "sbrk"].contains(where: { elf.symbol(named: $0) != nil }) else {
            return nil
        }
        return ["end", "_end", "__end__"].lazy.compactMap { elf.symbol(named: $0)?.value }.first
    }
}
