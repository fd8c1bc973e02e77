// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs

extension StoreError {
    package var summary: String {
        switch self {
        case .database(let path, let detail): "the database \(path) does not do what it is asked: \(detail)"
        case .diskFull(let path): "there is no room left for \(path)"
        case .corrupt(let path, let detail): "\(path) is damaged, or no database: \(detail)"
        case .tooNew(let path): "\(path) was made by a later version of extflash"
        case .file(let path, let detail): "\(path): \(detail)"
        case .keyUnusable(let path): "\(path) is no Ed25519 key"
        case .unknownPool(let name): "there is no pool of serial numbers called `\(name)`"
        case .poolExhausted(let name): "every value of the pool `\(name)` was given"
        case .poolDiffers(let name): "the pool `\(name)` exists with other values"
        case .leaseUsedUp(let name):
            "every value of the pool `\(name)` that was leased to this station was given"
        case .leasesSuspended(let name, let detail):
            "no values of the pool `\(name)` are given: \(detail)"
        case .unknownUnit(let unit): "there is no unit \(unit)"
        case .unitClosed(let unit): "unit \(unit) is closed already"
        case .unitGood(let serial, let unit):
            "\(serial) was programmed and proven good before, as unit \(unit)"
        case .serialRepeated(let pool, let value, let unit):
            "\(pool) \(value) was used before, by unit \(unit)"
        case .attemptsUsed(let serial, let attempts):
            "\(serial) failed \(Format.count(attempts, "time")) already"
        case .unknownRecipe(let name): "there is no recipe `\(name)`"
        case .recipeNotApproved(let name, let hash): "recipe `\(name)` (\(hash.short)) is not approved"
        case .unknownImage(let hash): "there is no image \(hash)"
        case .imageDiffers(let expected, let found): "the image has the hash \(found), not \(expected)"
        case .imageDamaged(let hash): "the stored image \(hash) no longer has its contents"
        case .imageTooLarge(let limit): "the image is larger than \(Format.bytes(limit))"
        case .imagesFull(let limit): "the images together would take more than \(Format.bytes(limit))"
        case .imageBusy(let hash): "the image \(hash) is being sent by somebody else"
        case .unknownBatch(let name): "there is no batch `\(name)`"
        case .batchExists(let name): "there is a batch `\(name)` already"
        case .batchFull(let name, let limit):
            "batch `\(name)` has its \(Format.count(limit, "unit")) in work or good"
        case .batchClosed(let name): "batch `\(name)` is closed"
        case .unknownJob(let job): "there is no job \(job)"
        case .queueFull(let limit): "\(Format.count(limit, "job is", plural: "jobs are")) waiting already"
        case .keyReused(let key): "the idempotency key \(key) was sent with another request before"
        case .unknownToken(let name): "there is no token `\(name)`"
        case .tokenExists(let name): "there is a token `\(name)` already"
        }
    }

    package var remedies: [String] {
        switch self {
        case .diskFull: ["make room on that disk; no unit is begun before its record can be written"]
        case .corrupt: ["put the last backup in its place; `extflash records verify` tells what is missing"]
        case .tooNew: ["run that version, or a later one"]
        case .keyUnusable: ["put the station's key back from its backup; records are signed with it"]
        case .unknownPool:
            ["create it: `extflash station pool add NAME --first … --last …`, or `pool import` for a file"]
        case .poolExhausted: ["create another pool (`extflash station pool add`) and name it in the recipe"]
        case .poolDiffers: ["choose another name; values of a pool in use do not change"]
        case .leaseUsedUp:
            [
                "the station leases more by itself as soon as it reaches the central database:"
                    + " `extflash station status` says why it does not",
                "for longer times without it, raise the pool's block: `extflash central pool NAME … --block N`",
            ]
        case .leasesSuspended:
            ["settle it with the central database: `extflash station status` says what to do"]
        case .unitGood, .serialRepeated:
            ["look at the unit's record; a unit is done again only when the job says so"]
        case .attemptsUsed: ["send the unit to repair"]
        case .recipeNotApproved: ["have it approved: `extflash recipe approve HASH`"]
        case .unknownImage: ["send it: `extflash image put FILE`"]
        case .imageDiffers: ["send it again; something changed it on its way, or the file is another"]
        case .imageBusy: ["wait until the other connection has ended, then go on where it stopped"]
        case .imageDamaged: ["send the image again, and have the disk looked at"]
        case .imageTooLarge, .imagesFull: ["raise `limits:` in station.yaml, or remove images nobody uses"]
        case .batchFull: ["open the next batch, or raise the limit of this one"]
        case .queueFull: ["wait until slots are free"]
        default: []
        }
    }
}
