import HTTPClient
import Workload

/// Interprets an answer other than 200 by the workload's rule: proven, or unknown.
enum AnswerReading {
  static func outcome(
    of kind: LoadRequest.Kind, status: Int, contentType: String?, body: [UInt8]
  ) -> LoadOutcome {
    let response = HTTPResponse(
      status: status, headers: contentType.map { [("Content-Type", $0)] } ?? [], body: body)
    let action: StoreOperation.Action = kind == .put ? .put(value: "", .queued) : .get(.cache)
    let completion = ResponseMapping.completion(of: action, .success(response))
    switch completion.outcome {
    case .ok: return completion.value == .null ? .absent : .ok
    case .failed: return .failed(completion.error ?? String(status))
    case .unknown: return .unknown(completion.error ?? String(status))
    }
  }
}
