// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import ObjectFiles
package import ProductionJobs

extension WorkbenchClient {
    /// Programs one unit by its recipe: looks at it, asks for its image, programs, proves, and looks again.
    ///
    /// `begin` is called once, when board and flash are known to be right and nothing was written yet: it opens the unit's
    /// record and returns the image with the unit's own bytes. When it throws, the flash is not touched.
    package func programUnit(
        _ recipe: Recipe,
        begin: @escaping @Sendable (UnitFacts) throws(WorkbenchError) -> FirmwareImage
    ) async -> UnitOutcome {
        do {
            return try await onBench { context in
                var run = UnitRun(context: context, recipe: recipe, begin: begin)
                let failure = run.run()
                return UnitOutcome(facts: run.facts, failure: failure)
            }
        } catch {
            return UnitOutcome(facts: UnitFacts(), failure: error)
        }
    }
}
