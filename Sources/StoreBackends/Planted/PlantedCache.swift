#if PlantedBugs
  import KeyValueStore

  /// The cache with the bugs of who fills and reads it.
  struct PlantedCache: Cache {
    private let cache: any Cache

    init(_ cache: any Cache) { self.cache = cache }

    func get(_ key: Key) async -> Row? {
      guard let row = await cache.get(key) else { return nil }
      // Now and then, as a damaged reply would be.
      guard PlantedBug.truncatedValue.isPlanted, row.version % 8 == 0, let bytes = row.value?.bytes.dropLast(),
        let value = try? Value(bytes: Array(bytes))
      else { return row }
      return Row(key: row.key, value: value, version: row.version, operation: row.operation)
    }

    func putIfNewer(_ rows: [Row]) async {
      if PlantedBug.deleteLeavesCache.isPlanted {
        return await cache.putIfNewer(rows.filter { $0.value != nil })
      }
      if PlantedBug.cacheWithoutVersions.isPlanted {
        // Nobody waits for the cache, so nothing keeps the order but the versions that are not looked at.
        for row in rows {
          Task {
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...150)))
            await cache.putIfNewer([row])
          }
        }
        return
      }
      await cache.putIfNewer(rows)
    }
  }
#endif
