// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

extension TargetDefinition {
    /// The RAM for a loader: the target's own choice, or another RAM of the part that all of the program is linked to.
    ///
    /// A loader for DTCM leaves the RAM at the other addresses alone. RAM at 0 is no choice: it is where descriptions lie
    /// that must not be loaded.
    package func loaderRAM(for program: LoaderProgram) -> Range<UInt32> {
        guard !program.isPositionIndependent, let span = program.span else { return loaderRAM }
        let others = memoryList.filter { $0.kind == .ram && $0.range.lowerBound > 0 }.map(\.range)
        return ([loaderRAM] + others).first { range in
            UInt64(range.lowerBound) <= span.lowerBound && span.upperBound <= UInt64(range.upperBound)
        } ?? loaderRAM
    }
}
