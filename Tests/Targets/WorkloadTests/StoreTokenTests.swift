import Testing

@testable import Workload

/// How a client shows the token that the store requires.
struct StoreTokenTests {
  @Test(
    arguments: [
      (["KVCHAOS_TOKEN": "s3cret"], ["Authorization: Bearer s3cret"]),
      (["KVCHAOS_TOKEN": ""], []), ([:], []), (["KV_API_TOKEN": "of the server"], []),
    ] as [([String: String], [String])])
  func aTokenIsShownWhereItIsSet(environment: [String: String], headers: [String]) {
    #expect(StoreToken.headers(environment).map { "\($0.name): \($0.value)" } == headers)
  }
}
