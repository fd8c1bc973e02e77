// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles
import Testing

@testable import FlashAgent

/// The blocks that host and target share, each part behind the one before.
@Suite struct `The shared layout` {
    @Test func `of the ring has room for each of its parts`() {
        #expect(AgentRing.results >= UInt32(AgentRing.stateWords) * 4)
        #expect(AgentRing.stop >= AgentRing.results + AgentRing.slotCount * 4)
        #expect(AgentRing.settings >= AgentRing.resume + 4)
        #expect(AgentRing.slots >= AgentRing.settings + AgentSettings.size)
        #expect(
            AgentSettings.enabledStatus >= AgentSettings.erases + AgentSettings.mostErases
                * AgentSettings.eraseSize)
    }

    @Test func `of a made loader's table begins behind the settings`() {
        #expect(BoardTable.base >= AgentRing.settings + AgentSettings.size)
        #expect(BoardTable.waitRegister >= BoardTable.identities + BoardTable.mostIdentities * 4)
        #expect(BoardTable.registerCount >= BoardTable.waitClocks + 16)
        #expect(
            BoardTable.stepCount >= BoardTable.registers + BoardTable.mostRegisters * BoardTable.registerSize)
        #expect(BoardTable.end >= BoardTable.steps + BoardTable.mostSteps * BoardTable.stepSize)
    }

    @Test(arguments: ["board-loader.elf", "board-algorithm.elf"])
    func `of a made loader's table is as long as the room that the linker has left for it`(name: String)
        throws
    {
        let file = try ELFFile(#require(EmbeddedFiles.bytes(of: name)), name: name)
        let (start, end) = (
            try #require(file.symbol(named: "BoardTable")), try #require(file.symbol(named: "BoardTableEnd"))
        )
        #expect(end.value - start.value == BoardTable.end)
    }
}
