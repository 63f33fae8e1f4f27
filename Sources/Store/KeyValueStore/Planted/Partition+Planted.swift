#if PlantedBugs
  extension Partition {
    /// Queues of another kind have another name: a broker does not let a queue change its kind.
    var plantedQueueName: String? {
      let bug: PlantedBug
      switch true {
      case PlantedBug.classicQueue.isPlanted: bug = .classicQueue
      case PlantedBug.competingConsumers.isPlanted: bug = .competingConsumers
      default: return nil
      }
      return "kv.commands.\(bug.rawValue).\(count).\(index)"
    }
  }
#endif
