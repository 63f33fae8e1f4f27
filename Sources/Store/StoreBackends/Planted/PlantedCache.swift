#if PlantedBugs
  import KeyValueStore

  /// The cache with the bugs of the code that fills and reads it.
  struct PlantedCache: Cache {
    private let cache: any Cache

    init(_ cache: any Cache) { self.cache = cache }

    func get(_ key: Key) async -> CacheEntry {
      let entry = await cache.get(key)
      // Now and then, as a damaged reply would be.
      guard PlantedBug.truncatedValue.isPlanted, let row = entry.row, row.version % 8 == 0,
        let bytes = row.value?.bytes.dropLast(), let value = try? Value(bytes: Array(bytes))
      else { return entry }
      return CacheEntry(
        row: Row(key: row.key, value: value, version: row.version, operation: row.operation), pending: entry.pending)
    }

    func update(_ updates: [CacheUpdate]) async {
      if PlantedBug.deleteLeavesCache.isPlanted {
        return await cache.update(
          updates.map { $0.row?.value == nil ? CacheUpdate(key: $0.key, row: nil, settled: $0.settled) : $0 })
      }
      if PlantedBug.cacheWithoutVersions.isPlanted {
        // No caller waits for the cache, so only versions could keep the order, and they are not compared.
        for update in updates {
          Task {
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...150)))
            await cache.update([update])
          }
        }
        return
      }
      await cache.update(updates)
    }

    func announce(_ write: PendingWrite) async -> Bool {
      // A delete does not touch the cache.
      if PlantedBug.deleteLeavesCache.isPlanted, write.value == nil { return true }
      return await cache.announce(write)
    }
  }
#endif
