/// Shell functions that move slots of a Redis Cluster, and that show their owners.
enum SlotScript {
  static let text = String(decoding: PackageResources.move_slots_bash, as: UTF8.self)
}
