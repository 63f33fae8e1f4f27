extension Runner {
  /// What a session runs, from what was prepared for it.
  func setup(_ prepared: Prepared) -> RunSetup {
    let (workload, url, limits) = (prepared.plan.workload, prepared.storeURL, options.settlement)
    return RunSetup(
      file: file, plan: prepared.plan, flavour: prepared.flavour.rawValue,
      engine: stack.configuration.engine.description, cacheTimeToLive: prepared.cacheTimeToLive, options: options,
      cluster: StackCluster(stack: stack, injector: prepared.injector, roster: prepared.roster),
      traffic: { history, seed, namespace in
        StoreTraffic(workload, url: url, seed: seed, namespace: namespace, history: history, limits: limits)
      }, progress: progress)
  }
}
